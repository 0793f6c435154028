#include "services/ca/token_verifier.h"

#include <utility>

#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/jose/jwk.h"

namespace sti::ca {

std::optional<std::vector<pki::Certificate>> TokenSigners::ChainOf(absl::string_view x5u) const {
  const auto found = chains_.find(std::string(x5u));
  if (found == chains_.end()) return std::nullopt;
  return found->second;
}

absl::StatusOr<stir::SpcTokenClaims> TokenVerifier::Verify(absl::string_view token,
                                                           const pki::TnAuthList& tn_auth_list,
                                                           const crypto::VerifyingKey& key,
                                                           absl::Time now) const {
  STI_ASSIGN_OR_RETURN(const stir::VerifiedSpcToken verified,
                       stir::VerifiedSpcToken::Verify(token, pa_roots_, &signers_, now));
  const stir::SpcTokenClaims& claims = verified.claims();
  const std::string spki = jose::SpkiFingerprint(key);
  const bool as_spki =
      form_ == FingerprintForm::kSpki || (form_ == FingerprintForm::kEither && claims.fingerprint == spki);
  STI_RETURN_IF_ERROR(
      stir::JudgeSpcToken(verified, tn_auth_list, as_spki ? spki : jose::Fingerprint(key), claims.ca));
  return claims;
}

absl::Status CheckCaFlag(bool token_is_for_ca, bool request_is_for_ca) {
  if (token_is_for_ca == request_is_for_ca) return absl::OkStatus();
  return MakeError(
      Reason::kSpcTokenCaFlagMismatch, "ca",
      token_is_for_ca ? "the token is for a CA, the request is not" : "the token does not allow a CA");
}

}  // namespace sti::ca
