// Who is to blame for a failed enrolment, in words for operators: errors begin with "PA ", "CA " or "own
// state: ".
#ifndef SERVICES_AS_BLAME_H_
#define SERVICES_AS_BLAME_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sti::as {

// "PA unavailable: ..." or "CA refused: SPC_TOKEN_EXPIRED: ...", with Reason, field and RetryAfterOf as they
// were. What BlameOwnState has marked stays as it is.
absl::Status BlamePeer(absl::string_view who, const absl::Status& status);

// For files and keys of this daemon.
absl::Status BlameOwnState(const absl::Status& status);

}  // namespace sti::as

#endif  // SERVICES_AS_BLAME_H_
