// A call as a support person pastes it: a SIP request, some of its headers, or bare Identity values, with the numbers
// beside.
#ifndef SERVICES_VS_PASTED_CALL_H_
#define SERVICES_VS_PASTED_CALL_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/vs/call_facts.h"

namespace sti::vs {

// Which moment the call is judged as of.
enum class AsOf {
  kIssued,  // iat of the first PASSporT that has one, else now
  kNow,
  kGiven,
};

struct PastedCall {
  IncomingCall call;  // `at` is set unless it is to be judged as of now; always a dry run
  AsOf as_of = AsOf::kIssued;
  std::string profile;  // empty: the first
};

// Header fields of `text`: folded lines, compact names and letters in any case are taken, an empty line after a
// header ends them. Lines that are no header are Identity values, or go on with one that a mail program has broken.
// Reads what there is and never fails: what makes no sense is for the verdict to say.
IncomingCall ReadPasted(absl::string_view text);

// Of a form with the fields pasted, from, to, pai, ruri, date, as_of (issued, now, given), at and profile. What a field
// says counts instead of the pasted. kInvalidField for a time or an as_of that is none, kMissingField for a
// time that is not given.
absl::StatusOr<PastedCall> PastedCallFrom(const std::map<std::string, std::string>& fields);

// "2026-11-23T22:05:09Z", also without seconds or zone (UTC) and with a space for the T, "Mon, 23 Nov 2026 22:05:09 GMT"
// (RFC 3261 s20.17), or seconds since 1970. Nullopt for others.
std::optional<absl::Time> TimeFrom(absl::string_view text);

}  // namespace sti::vs

#endif  // SERVICES_VS_PASTED_CALL_H_
