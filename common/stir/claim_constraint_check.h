// What a certificate lets its PASSporTs say (RFC 8226 s8, RFC 9118 s4, RFC 9795 s6.3).
#ifndef COMMON_STIR_CLAIM_CONSTRAINT_CHECK_H_
#define COMMON_STIR_CLAIM_CONSTRAINT_CHECK_H_

#include "absl/status/status.h"
#include "common/codec/json.h"
#include "common/pki/claim_constraints.h"

namespace sti::stir {

// kClaimConstraintsViolated, naming the claim: one of mustInclude is absent, one of mustExclude is present,
// or a claim that is present has none of its permitted values. A string claim is compared as it is, any other
// by its RFC 8225 s9 serialization. `claims` is the payload as received.
absl::Status CheckClaimConstraints(const pki::ClaimConstraints& constraints, const codec::JsonValue& claims);

}  // namespace sti::stir

#endif  // COMMON_STIR_CLAIM_CONSTRAINT_CHECK_H_
