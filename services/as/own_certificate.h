// What the own certificate lets a PASSporT say: a verifier would refuse anything else.
#ifndef SERVICES_AS_OWN_CERTIFICATE_H_
#define SERVICES_AS_OWN_CERTIFICATE_H_

#include "absl/status/status.h"
#include "common/stir/passport_claims.h"
#include "services/as/key_ring.h"

namespace sti::as {

// `claims` are complete. kTnNotCovered (a number that a delegate certificate does not have),
// kTnAuthListInvalid (shaken by one without SPC), kTnAuthListMissing; kClaimConstraintsViolated, with the
// claim as field (RFC 8226 s8, RFC 9118). Thread-safe, no I/O.
absl::Status CheckOwnCertificate(const SigningCredential& credential, const stir::PassportClaims& claims);

}  // namespace sti::as

#endif  // SERVICES_AS_OWN_CERTIFICATE_H_
