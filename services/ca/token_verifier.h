// SPC tokens in full (RFC 9448 s6), the same for both ways to a certificate: gRPC and ACME.
#ifndef SERVICES_CA_TOKEN_VERIFIER_H_
#define SERVICES_CA_TOKEN_VERIFIER_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"
#include "common/pki/tn_auth_list.h"
#include "common/stir/pa_document.h"
#include "common/stir/spc_token.h"
#include "services/ca/ca_records.h"

namespace sti::ca {

// What a token's fingerprint is of: the JWK thumbprint (RFC 9448 s5.4), or the SubjectPublicKeyInfo as some
// deployed toolkits have it.
enum class FingerprintForm { kThumbprint, kSpki, kEither };

// The certificates of token signers that are named by x5u: the configured ones, and no other. Immutable.
class TokenSigners final : public stir::SignerChainSource {
 public:
  explicit TokenSigners(std::map<std::string, std::vector<pki::Certificate>> chains)
      : chains_(std::move(chains)) {}
  std::optional<std::vector<pki::Certificate>> ChainOf(absl::string_view x5u) const override;

 private:
  std::map<std::string, std::vector<pki::Certificate>> chains_;
};

// Immutable, thread-safe.
class TokenVerifier {
 public:
  TokenVerifier(std::vector<pki::Certificate> pa_roots, TokenSigners signers, FingerprintForm form,
                TokenReuse reuse = TokenReuse::kOnce)
      : pa_roots_(std::move(pa_roots)), signers_(std::move(signers)), form_(form), reuse_(reuse) {}

  // For ConsumeToken.
  TokenReuse reuse() const { return reuse_; }

  // The token is well-formed and of type TNAuthList (step 1 and 5), its signer is named by x5c or a
  // configured x5u (2) and leads to an STI-PA root (3), the signature verifies (4), its TNAuthList is
  // exactly `tn_auth_list` (6), it has not expired (7), and it is for `key` (8). Left to the caller: the ca
  // flag (9), and the jti, which is used up in a transaction. Every kSpcToken* but kSpcTokenReplayed and
  // kSpcTokenCaFlagMismatch; kTooLarge.
  absl::StatusOr<stir::SpcTokenClaims> Verify(absl::string_view token, const pki::TnAuthList& tn_auth_list,
                                              const crypto::VerifyingKey& key, absl::Time now) const;

 private:
  std::vector<pki::Certificate> pa_roots_;
  TokenSigners signers_;
  FingerprintForm form_;
  TokenReuse reuse_;
};

// Step 9. kSpcTokenCaFlagMismatch.
absl::Status CheckCaFlag(bool token_is_for_ca, bool request_is_for_ca);

}  // namespace sti::ca

#endif  // SERVICES_CA_TOKEN_VERIFIER_H_
