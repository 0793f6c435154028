// How often bad signatures may cause downloads from one host. One URL is asked once in kRefetchAge whatever
// comes, so this is for hosts with hundreds of URLs: wide enough that whoever sends bad signatures for all of
// a large host's certificates does not use up what a change of keys needs.
#ifndef SERVICES_VS_REFETCH_LIMITER_H_
#define SERVICES_VS_REFETCH_LIMITER_H_

#include <cstddef>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"

namespace sti::vs {

// Thread-safe. Remembers 1024 hosts at most; while it knows so many of the last minute it admits no other.
class RefetchLimiter {
 public:
  static constexpr int kPerMinute = 600;

  // Counts, when it says yes.
  bool Admit(const std::string& host, absl::Time now);

 private:
  struct Minute {
    absl::Time begin;
    int count = 0;
  };
  Mutex mutex_;
  absl::flat_hash_map<std::string, Minute> hosts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::vs

#endif  // SERVICES_VS_REFETCH_LIMITER_H_
