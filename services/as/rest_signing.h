// signingRequest and signingResponse of the REST interface: ATIS-1000082 and the 3GPP Ms form (TS 24.229
// Annex V), between JSON and the logic's own structs. Pure functions.
#ifndef SERVICES_AS_REST_SIGNING_H_
#define SERVICES_AS_REST_SIGNING_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/codec/json.h"
#include "common/rest/reply.h"
#include "services/as/outgoing_call.h"

namespace sti::as {

// Of the object in the body.
inline constexpr char kSigningRequest[] = "signingRequest";
// Where requests go. At the second the form is always that of 3GPP.
inline constexpr absl::string_view kSigning = "/stir/v1/signing";
inline constexpr absl::string_view kGppSigning = "/3gpp/v1/signing";

// A shaken request between numbers is the same in both forms and then ATIS's at kSigning; kGpp for what only
// 3GPP has: ppt, div, rph, sph, or a uri in orig or dest.
rest::RestForm FormOf(absl::string_view resource, const codec::JsonObject& request);

// Types are strict, unknown members ignored. Numbers are canonical already, so no numbering plan touches
// them; a "+" in front is tolerated. kMissingField, kInvalidField, kAttestInvalid, kPptUnsupported and
// kTelephoneNumberInvalid name the member by its path. What belongs together is the logic's affair.
absl::StatusOr<OutgoingCall> CallFrom(const codec::JsonObject& request, rest::RestForm form);

// An error of the logic, whose fields are those of SignRequest, under the member's name.
absl::Status InRestTerms(const absl::Status& status);

// What goes out with 200. `identity`: the value of the Identity header.
std::string SigningResponse(absl::string_view identity, rest::RestForm form);

}  // namespace sti::as

#endif  // SERVICES_AS_REST_SIGNING_H_
