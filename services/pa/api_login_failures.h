// Failed logins at the HTTPS interface, and when they lock a name. Names that nobody has lock like others, so
// that the lock tells nobody who is there. All functions run inside of a transaction; kStorageFailed is
// common to all.
#ifndef SERVICES_PA_API_LOGIN_FAILURES_H_
#define SERVICES_PA_API_LOGIN_FAILURES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::pa {

// `most` failures within less than the window lock a name for as long, counted from the last of them.
inline constexpr absl::Duration kLoginWindow = absl::Minutes(15);

// `most` 0: never.
absl::StatusOr<bool> IsLocked(store::Transaction& transaction, absl::string_view user_id, int most,
                              absl::Time now);

// Only for a name that is not locked: each costs a hash of the password, which bounds the rows. Deletes what
// is too old to count for anybody.
absl::Status RecordLoginFailure(store::Transaction& transaction, absl::string_view user_id, absl::Time now);

absl::Status ForgetLoginFailures(store::Transaction& transaction, absl::string_view user_id);

}  // namespace sti::pa

#endif  // SERVICES_PA_API_LOGIN_FAILURES_H_
