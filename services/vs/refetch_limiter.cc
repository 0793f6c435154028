#include "services/vs/refetch_limiter.h"

namespace sti::vs {
namespace {

constexpr size_t kHosts = 1024;

}  // namespace

bool RefetchLimiter::Admit(const std::string& host, absl::Time now) {
  const auto is_over = [now](const Minute& minute) { return now >= minute.begin + absl::Minutes(1); };
  MutexLock lock(mutex_);
  if (hosts_.size() >= kHosts && hosts_.count(host) == 0) {
    absl::erase_if(hosts_, [&is_over](const auto& known) { return is_over(known.second); });
    if (hosts_.size() >= kHosts) return false;
  }
  Minute& minute = hosts_.try_emplace(host, Minute{now, 0}).first->second;
  if (is_over(minute)) minute = Minute{now, 0};
  if (minute.count >= kPerMinute) return false;
  ++minute.count;
  return true;
}

}  // namespace sti::vs
