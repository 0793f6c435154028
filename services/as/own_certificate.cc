#include "services/as/own_certificate.h"

#include "common/base/limits.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/stir/claim_constraint_check.h"
#include "common/stir/signer_scope.h"

namespace sti::as {

absl::Status CheckOwnCertificate(const SigningCredential& credential, const stir::PassportClaims& claims) {
  const pki::Certificate& leaf = credential.chain->leaf();
  STI_RETURN_IF_ERROR(stir::CheckTnScope(leaf, claims));
  if (!leaf.claim_constraints() || leaf.claim_constraints()->IsEmpty()) return absl::OkStatus();
  // As a verifier reads them.
  STI_ASSIGN_OR_RETURN(const codec::JsonValue payload,
                       codec::ParseJson(stir::SerializeClaims(claims), limits::kPassport));
  return stir::CheckClaimConstraints(*leaf.claim_constraints(), payload);
}

}  // namespace sti::as
