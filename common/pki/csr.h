// PKCS#10 requests (RFC 2986) with a TNAuthList in the extensionRequest.
#ifndef COMMON_PKI_CSR_H_
#define COMMON_PKI_CSR_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/es256.h"
#include "common/pki/claim_constraints.h"
#include "common/pki/distinguished_name.h"
#include "common/pki/tn_auth_list.h"

namespace sti::pki {

// A request whose own signature has been verified. Immutable value. The subject is what was asked for, not
// vetted.
struct Csr {
  DistinguishedName subject;
  crypto::VerifyingKey public_key;
  std::optional<TnAuthList> tn_auth_list;
  bool asks_for_ca = false;  // BasicConstraints CA:TRUE in the extensionRequest
  // JWTClaimConstraints or EnhancedJWTClaimConstraints of the extensionRequest
  std::optional<ClaimConstraints> claim_constraints;

  // DER. kCsrInvalid (malformed, bad signature, trailing octets), kKeyInvalid, kTnAuthListInvalid, kTooLarge.
  static absl::StatusOr<Csr> ParseDer(absl::string_view der);
};

// DER of a request signed by `key`.
absl::StatusOr<std::string> BuildCsr(const DistinguishedName& subject,
                                     const std::optional<TnAuthList>& tn_auth_list,
                                     const crypto::Signer& key);

}  // namespace sti::pki

#endif  // COMMON_PKI_CSR_H_
