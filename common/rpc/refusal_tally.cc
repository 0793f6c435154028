#include "common/rpc/refusal_tally.h"

namespace sti::rpc {

void RefusalTally::Forget(absl::Time now) {
  for (auto pair = pairs_.begin(); pair != pairs_.end();) {
    if (now - pair->second.told < kRefusalInterval) {
      ++pair;
      continue;
    }
    others_ += pair->second.untold;
    pair = pairs_.erase(pair);
  }
}

std::optional<int64_t> RefusalTally::Count(const std::string& identity, const std::string& rpc,
                                           absl::Time now) {
  const MutexLock lock(mutex_);
  const std::pair<std::string, std::string> key(identity, rpc);
  if (const auto known = pairs_.find(key); known != pairs_.end()) {
    if (now - known->second.told < kRefusalInterval) {
      ++known->second.untold;
      return std::nullopt;
    }
    known->second.told = now;
    return std::exchange(known->second.untold, 0) + std::exchange(others_, 0);
  }
  if (pairs_.size() >= kRefusalPairs) Forget(now);
  if (pairs_.size() >= kRefusalPairs) {
    ++others_;
    return std::nullopt;
  }
  pairs_.emplace(key, Counted{now, 0});
  return std::exchange(others_, 0);
}

}  // namespace sti::rpc
