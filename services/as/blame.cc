#include "services/as/blame.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"

namespace sti::as {
namespace {

constexpr absl::string_view kOwnState = "own state: ";

}  // namespace

absl::Status BlamePeer(absl::string_view who, const absl::Status& status) {
  if (absl::StartsWith(status.message(), kOwnState)) return status;
  const Reason reason = ReasonOf(status);
  const bool away = reason == Reason::kUnavailable || reason == Reason::kDeadlineExceeded;
  const absl::Status blamed =
      MakeError(reason, FieldOf(status),
                away ? absl::StrCat(who, " unavailable: ", status.message())
                     : absl::StrCat(who, " refused: ", ReasonName(reason), ": ", status.message()));
  const auto wait = RetryAfterOf(status);
  return wait ? WithRetryAfter(blamed, *wait) : blamed;
}

absl::Status BlameOwnState(const absl::Status& status) {
  return MakeError(ReasonOf(status), FieldOf(status), absl::StrCat(kOwnState, status.message()));
}

}  // namespace sti::as
