// SPC tokens: the TNAuthList Authority Token of RFC 9447 and RFC 9448 (acme_pa.md s2).
#ifndef COMMON_STIR_SPC_TOKEN_H_
#define COMMON_STIR_SPC_TOKEN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"
#include "common/pki/tn_auth_list.h"
#include "common/stir/pa_document.h"

namespace sti::stir {

// The `atc` claim and its company.
struct SpcTokenClaims {
  pki::TnAuthList tn_auth_list;
  std::string fingerprint;  // "SHA256 AA:BB:..."
  bool ca = false;
  std::string jti;
  absl::Time expires = absl::InfinitePast();
  std::string issuer;  // optional
};

// True for "SHA256 " and 32 upper-case hexadecimal octets joined by ":".
bool IsFingerprint(absl::string_view text);

// Header: as SignPaDocument. kInvalidField (fingerprint, jti), kMissingField (no chain, or no name of it),
// kKeyMismatch, kInternal.
absl::StatusOr<std::string> SignSpcToken(const SpcTokenClaims& claims,
                                         const std::vector<pki::Certificate>& signer_chain,
                                         const crypto::Signer& signer, const SignerNaming& naming = {});

// A token that has been verified: signature, path to the STI-PA root, exp, shape. Still to be judged by the
// caller: jti used before, fingerprint, TNAuthList, ca flag (JudgeSpcToken).
class VerifiedSpcToken {
 public:
  // To one of `pa_roots`. `sources` may be null: then only x5c is accepted. tkvalue in all four base64
  // spellings; tktype in any case; 60 s of clock skew on exp. kSpcTokenMalformed, kSpcTokenUntrusted,
  // kSpcTokenSignatureInvalid, kSpcTokenExpired, kTooLarge.
  static absl::StatusOr<VerifiedSpcToken> Verify(absl::string_view token,
                                                 absl::Span<const pki::Certificate> pa_roots,
                                                 const SignerChainSource* sources, absl::Time now);
  static absl::StatusOr<VerifiedSpcToken> Verify(absl::string_view token, const pki::Certificate& pa_root,
                                                 const SignerChainSource* sources, absl::Time now) {
    return Verify(token, absl::MakeConstSpan(&pa_root, 1), sources, now);
  }
  const SpcTokenClaims& claims() const { return claims_; }

 private:
  explicit VerifiedSpcToken(SpcTokenClaims claims) : claims_(std::move(claims)) {}
  SpcTokenClaims claims_;
};

// RFC 9448 s6 steps 6, 8 and 9. kSpcTokenTnAuthListMismatch, kSpcTokenFingerprintMismatch,
// kSpcTokenCaFlagMismatch.
absl::Status JudgeSpcToken(const VerifiedSpcToken& token, const pki::TnAuthList& requested,
                           absl::string_view key_fingerprint, bool asks_for_ca);

}  // namespace sti::stir

#endif  // COMMON_STIR_SPC_TOKEN_H_
