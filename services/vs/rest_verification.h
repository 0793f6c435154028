// verificationRequest and verificationResponse of the REST interface: ATIS-1000082 and the 3GPP Ms form
// (TS 24.229 Annex V), between JSON and the logic's own structs. Pure functions.
#ifndef SERVICES_VS_REST_VERIFICATION_H_
#define SERVICES_VS_REST_VERIFICATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/codec/json.h"
#include "common/stir/verdict.h"
#include "services/vs/call_facts.h"

namespace sti::vs {

enum class RestForm { kAtis, kGpp };

// The request's object in the body. kMalformedJson, also for JSON that is no object; kTooLarge; kMissingField
// and kInvalidField for "verificationRequest".
absl::StatusOr<codec::JsonObject> ParseRestBody(absl::string_view body);

// kGpp with identityHeader or identityHeaders and without identity.
RestForm FormOf(const codec::JsonObject& request);

// Types are strict, unknown members ignored. Numbers are canonical already, so no numbering plan touches
// them; a "+" in front is tolerated. kMissingField, kInvalidField and kTelephoneNumberInvalid name the member
// by its path.
absl::StatusOr<IncomingCall> CallFrom(const codec::JsonObject& request, RestForm form);

// What goes out with 200, whatever the verdict.
std::string RestResponse(const stir::CallVerdict& verdict, RestForm form);

}  // namespace sti::vs

#endif  // SERVICES_VS_REST_VERIFICATION_H_
