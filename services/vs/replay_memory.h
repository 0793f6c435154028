// Which PASSporTs were seen lately, and in which call. Bounded memory: the oldest are forgotten first.
#ifndef SERVICES_VS_REPLAY_MEMORY_H_
#define SERVICES_VS_REPLAY_MEMORY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"

namespace sti::vs {

// Digests: evenly distributed, made by the caller.
using ReplayKey = std::array<uint64_t, 2>;

// Thread-safe: one of several small locks, held for a look-up.
class ReplayMemory {
 public:
  // At most about `entries`, and at least half of them, are remembered.
  explicit ReplayMemory(size_t entries);

  // Whether `key` is remembered with another call. Else it is remembered with this one until `until`; one
  // that is remembered keeps its call and its time.
  bool SeenElsewhere(const ReplayKey& key, uint64_t call, absl::Time now, absl::Time until);

  // Those whose time is over may be among them.
  size_t size() const;

 private:
  struct Sighting {
    uint64_t call = 0;
    int64_t until = 0;  // milliseconds since 1970
  };
  using Generation = absl::flat_hash_map<ReplayKey, Sighting>;
  // When the young generation is full it becomes the old one, and what was old is forgotten.
  struct Shard {
    mutable Mutex mutex;
    Generation young ABSL_GUARDED_BY(mutex), old ABSL_GUARDED_BY(mutex);
  };

  const size_t generation_;  // entries of one generation of one shard
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_REPLAY_MEMORY_H_
