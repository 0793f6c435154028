// From what the SBC sends to what a PASSporT is compared with.
#ifndef SERVICES_VS_CALL_FACTS_H_
#define SERVICES_VS_CALL_FACTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/stir/passport_claims.h"
#include "common/stir/passport_verifier.h"
#include "common/stir/telephone_number.h"

namespace sti::vs {

// The longest Call-ID, octets. It is "word@word" (RFC 3261 s25.1), and only hashed here.
inline constexpr size_t kCallId = 1024;

// One call to be judged, header values as received. Empty means absent.
struct IncomingCall {
  std::vector<std::string> identity;
  std::string from;
  std::vector<std::string> p_asserted_identity;
  std::string to;
  std::string request_uri;
  std::optional<absl::Time> date;
  std::vector<std::string> resource_priority;  // values of the field, each with one r-value or several
  std::string priority;
  std::optional<std::string> display_name;  // to compare with rcd; absent: that of a name-addr, if any
  std::string call_id;                      // absent: replay is not judged
  std::optional<std::string> message_body;
  std::vector<stir::MediaKeyFingerprint> media_keys;
  std::optional<absl::Time> at;  // judge as if it were then; implies dry_run
  bool dry_run = false;          // leave no trace
};

// Caller and called party as told; which of them counts is policy. kMissingField without any of the one or
// the other, kInvalidField, kTelephoneNumberInvalid, kTooLarge, with the field's path.
absl::StatusOr<stir::CallFacts> FactsOf(const IncomingCall& call, const stir::NumberingPlan& plan);

// The single Identity values in order, those that a SIP stack joined with "," taken apart. The caller chooses
// them, so that too many or too long ones are a matter for the verdict, and no error that would spare the
// call one: of more than limits::kIdentityHeadersPerCall one more is handed on, and of a text longer than all
// of them together no more than is too long for one.
std::vector<std::string> IdentitiesOf(const IncomingCall& call);

}  // namespace sti::vs

#endif  // SERVICES_VS_CALL_FACTS_H_
