// Puts requests that were refused into the audit, for want of a role or of a good SPC token, a few of them:
// who is refused decides how often, and each event is kept for ever.
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
#include "common/store/audit_log.h"
#include "common/store/database.h"

namespace sti::admin {

// Of one client and one action, one event in this time.
inline constexpr absl::Duration kRefusalInterval = absl::Minutes(1);
// Pairs of client and action that are remembered. Refusals of others have no event meanwhile, and are
// counted.
inline constexpr size_t kRefusalPairs = 1024;

// Thread-safe.
class RefusalAudit {
 public:
  // Both must outlive this.
  RefusalAudit(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // Writes `event` in a transaction of its own, or counts it: `after` of the next one says how many there
  // were in between ("suppressed": of this client and action; "others": of those that found no place). One
  // that could not be written is counted, too. kStorageFailed.
  absl::Status Record(const Actor& actor, store::AuditEvent event);
  // For want of a role: with the outcome PERMISSION_DENIED and the object "rpc/NAME".
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
  using Pair = std::pair<std::string, std::string>;
  Tally Count(const Pair& pair);
  // What an event that was not written had to say, and that event itself.
  void PutBack(const Pair& pair, const Tally& tally);
  void Forget(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  store::Database& database_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<Pair, Counted> pairs_ ABSL_GUARDED_BY(mutex_);
  int64_t others_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace sti::admin

#endif  // COMMON_ADMIN_REFUSAL_AUDIT_H_
