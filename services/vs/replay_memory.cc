#include "services/vs/replay_memory.h"

#include <algorithm>

namespace sti::vs {
namespace {

// Small memories get one shard, so that their bound means what it says.
size_t ShardsFor(size_t entries) { return entries < 16384 ? 1 : 64; }

}  // namespace

ReplayMemory::ReplayMemory(size_t entries)
    : generation_(std::max<size_t>(1, entries / ShardsFor(entries) / 2)) {
  for (size_t i = 0; i < ShardsFor(entries); ++i) shards_.push_back(std::make_unique<Shard>());
}

bool ReplayMemory::SeenElsewhere(const ReplayKey& key, uint64_t call, absl::Time now, absl::Time until) {
  Shard& shard = *shards_[key[0] % shards_.size()];
  const int64_t now_ms = absl::ToUnixMillis(now);
  Generation forgotten;  // dies outside of the lock
  MutexLock lock(shard.mutex);
  for (const Generation* generation : {&shard.young, &shard.old}) {
    const auto seen = generation->find(key);
    if (seen != generation->end() && now_ms < seen->second.until) return seen->second.call != call;
  }
  if (shard.young.size() >= generation_) {
    forgotten.swap(shard.old);
    shard.old.swap(shard.young);
  }
  shard.young[key] = Sighting{call, absl::ToUnixMillis(until)};
  return false;
}

size_t ReplayMemory::size() const {
  size_t total = 0;
  for (const auto& shard : shards_) {
    MutexLock lock(shard->mutex);
    total += shard->young.size() + shard->old.size();
  }
  return total;
}

}  // namespace sti::vs
