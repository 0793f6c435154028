// The claims of a shaken PASSporT as received, against their schema (RFC 8225 s5, RFC 8588 s4). Fails closed:
// a wrong JSON type is never read as something near it.
#ifndef COMMON_STIR_CLAIM_SCHEMA_H_
#define COMMON_STIR_CLAIM_SCHEMA_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/codec/json.h"
#include "common/stir/passport.h"

namespace sti::stir {

// `claims` must be an object. kClaimMissing: attest, dest, iat, orig or origid is absent. kClaimInvalid:
// wrong type or shape; unknown member in orig or dest; both or neither of tn and uri in orig; an empty or
// overlong array; a number that is not canonical. The status names the claim as its field. Other claims are
// ignored (RFC 8225 s8.3). An attest that is a string but not A, B or C is no schema error (a row of its own
// in the table): it gives Attestation::kNone. origid is not compared with the UUID form; see IsUuid.
absl::StatusOr<ShakenClaims> ParseShakenClaims(const codec::JsonValue& claims);

// RFC 4122 s3, in either case.
bool IsUuid(absl::string_view text);

}  // namespace sti::stir

#endif  // COMMON_STIR_CLAIM_SCHEMA_H_
