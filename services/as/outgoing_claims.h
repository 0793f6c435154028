// The claims of a call to be signed, canonical, from what the SBC says. Pure functions.
#ifndef SERVICES_AS_OUTGOING_CLAIMS_H_
#define SERVICES_AS_OUTGOING_CLAIMS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/stir/passport_claims.h"
#include "common/stir/telephone_number.h"
#include "services/as/outgoing_call.h"

namespace sti::as {

// The type that a request names so: empty means shaken. kPptUnsupported at `field`.
absl::StatusOr<stir::PassportType> OutgoingType(absl::string_view ppt, absl::string_view field = "ppt");

// The claims of one PASSporT for each of `types`, all but iat, attest, a new origid and the data of an
// rcd_profile. Errors carry the path of the field in SignRequest: kMissingField; kInvalidField, also for a
// field that none of the types has a claim for; kTooLarge, kTelephoneNumberInvalid, kMalformedJson;
// kDivTooDeep.
absl::StatusOr<std::vector<stir::PassportClaims>> MakeOutgoingClaims(
    const OutgoingCall& call, absl::Span<const stir::PassportType> types, const stir::NumberingPlan& plan);

// dest_tn and dest_uri alone.
absl::StatusOr<stir::PassportClaims> MakeOutgoingDestinations(const OutgoingCall& call,
                                                              const stir::NumberingPlan& plan);

// The part of it that is rich call data, rcdi completed, in rich_call_claims.cc.
absl::StatusOr<stir::RichCallData> MakeRichCallData(const OutgoingRichCallData& data,
                                                    const stir::NumberingPlan& plan);
// The part of it that is a diversion: div, div.hi and opt, against orig and dest that are in `claims`
// already; in diversion_claims.cc.
absl::Status AddDiversion(const OutgoingCall& call, const stir::NumberingPlan& plan,
                          stir::PassportClaims& claims);

// An identity at `field`, or kMissingField.
absl::StatusOr<stir::PartyIdentity> OutgoingParty(absl::string_view field,
                                                  const std::optional<std::string>& tn,
                                                  const std::optional<std::string>& uri,
                                                  const stir::NumberingPlan& plan);

}  // namespace sti::as

#endif  // SERVICES_AS_OUTGOING_CLAIMS_H_
