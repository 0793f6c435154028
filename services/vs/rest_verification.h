// verificationRequest and verificationResponse of the REST interface: ATIS-1000082 and the 3GPP Ms form
// (TS 24.229 Annex V), between JSON and the logic's own structs. Pure functions.
#ifndef SERVICES_VS_REST_VERIFICATION_H_
#define SERVICES_VS_REST_VERIFICATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/codec/json.h"
#include "common/rest/reply.h"
#include "common/stir/verdict.h"
#include "services/vs/call_facts.h"

namespace sti::vs {

// Of the object in the body.
inline constexpr char kVerificationRequest[] = "verificationRequest";

// kGpp with identityHeader or identityHeaders and without identity.
rest::RestForm FormOf(const codec::JsonObject& request);

// Types are strict, unknown members ignored. Numbers are canonical already, so no numbering plan touches
// them; a "+" in front is tolerated. kMissingField, kInvalidField and kTelephoneNumberInvalid name the member
// by its path.
absl::StatusOr<IncomingCall> CallFrom(const codec::JsonObject& request, rest::RestForm form);

// What goes out with 200, whatever the verdict.
std::string RestResponse(const stir::CallVerdict& verdict, rest::RestForm form);

}  // namespace sti::vs

#endif  // SERVICES_VS_REST_VERIFICATION_H_
