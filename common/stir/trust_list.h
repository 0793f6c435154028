// The list of trusted STI-CAs: an ES256 JWS of the STI-PA (ATIS-1000084, acme_pa.md s5).
#ifndef COMMON_STIR_TRUST_LIST_H_
#define COMMON_STIR_TRUST_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"
#include "common/stir/pa_document.h"

namespace sti::stir {

struct TrustList {
  std::string version = "1.0";
  int64_t sequence = 0;  // grows with every change
  absl::Time expires;
  std::vector<pki::Certificate> roots;
};

// Header as in SPC tokens. kMissingField, kKeyMismatch, kInternal.
absl::StatusOr<std::string> SignTrustList(const TrustList& list,
                                          const std::vector<pki::Certificate>& signer_chain,
                                          const crypto::Signer& signer, const SignerNaming& naming = {});

// Signature, path of the signer to one of `pa_roots`, exp, sequence at least `min_sequence`, every root
// self-signed and CA:TRUE. An empty list is valid: no CA is trusted. Unknown members are ignored.
// kTrustListInvalid, kTrustListExpired, kTrustListRollback, kTooLarge.
absl::StatusOr<TrustList> VerifyTrustList(absl::string_view jws, absl::Span<const pki::Certificate> pa_roots,
                                          const SignerChainSource* sources, int64_t min_sequence,
                                          absl::Time now);
inline absl::StatusOr<TrustList> VerifyTrustList(absl::string_view jws, const pki::Certificate& pa_root,
                                                 const SignerChainSource* sources, int64_t min_sequence,
                                                 absl::Time now) {
  return VerifyTrustList(jws, absl::MakeConstSpan(&pa_root, 1), sources, min_sequence, now);
}

}  // namespace sti::stir

#endif  // COMMON_STIR_TRUST_LIST_H_
