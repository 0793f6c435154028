// Puts admin requests that were refused for want of a role into the audit, a few of them: who is refused
// decides how often, and each event is kept for ever.
#ifndef COMMON_ADMIN_REFUSAL_AUDIT_H_
#define COMMON_ADMIN_REFUSAL_AUDIT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/store/database.h"

namespace sti::admin {

// Of one client and one RPC, one event in this time.
inline constexpr absl::Duration kRefusalInterval = absl::Minutes(1);
// Pairs of client and RPC that are remembered. Refusals of others have no event meanwhile, and are counted.
inline constexpr size_t kRefusalPairs = 1024;

// Thread-safe.
class RefusalAudit {
 public:
  // Both must outlive this.
  RefusalAudit(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // Writes an event with the outcome PERMISSION_DENIED and object "rpc/NAME", in a transaction of its own, or
  // counts it: the next event says how many there were in between ("suppressed": of this client and RPC;
  // "others": of those that found no place). kStorageFailed.
  absl::Status Record(const Actor& actor, absl::string_view rpc);

 private:
  struct Counted {
    absl::Time written;
    int64_t suppressed = 0;
  };
  // What an event has to say; suppressed < 0 when there is to be none.
  struct Tally {
    int64_t suppressed = 0, others = 0;
  };
  Tally Count(const std::pair<std::string, std::string>& pair);
  void Forget(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  store::Database& database_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<std::pair<std::string, std::string>, Counted> pairs_ ABSL_GUARDED_BY(mutex_);
  int64_t others_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace sti::admin

#endif  // COMMON_ADMIN_REFUSAL_AUDIT_H_
