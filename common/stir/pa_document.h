// What the STI-PA signs: SPC tokens and trust lists are both ES256 JWTs whose signer has a path to the STI-PA
// root (acme_pa.md s2.2, s5, s7).
#ifndef COMMON_STIR_PA_DOCUMENT_H_
#define COMMON_STIR_PA_DOCUMENT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"

namespace sti::stir {

// Seam for documents that name their certificate by x5u: who knows the chain of that URL. Null result: not a
// configured STI-PA. Implementations answer from what they hold; a token's x5u is never a reason to open a
// connection (RFC 8555 s10.4).
class SignerChainSource {
 public:
  virtual ~SignerChainSource() = default;
  virtual std::optional<std::vector<pki::Certificate>> ChainOf(absl::string_view x5u) const = 0;
};

// How a document names its signer's chain (RFC 9447 s4: by x5u or x5c; RFC 7515 lets both stand together).
struct SignerNaming {
  std::string x5u;  // where the chain stands; empty: not named by URL
  bool x5c = true;  // the chain itself
};

// Header: alg, typ JWT, x5c with `signer_chain` (signer first; roots are left out), x5u, as `naming` says.
// `payload` must be an object. kMissingField without chain or name of it, kKeyMismatch when `signer` is not
// the key of the first certificate, kInternal.
absl::StatusOr<std::string> SignPaDocument(const codec::JsonValue& payload,
                                           const std::vector<pki::Certificate>& signer_chain,
                                           const crypto::Signer& signer, const SignerNaming& naming = {});

// Which Reason each kind of document gives.
struct PaDocumentReasons {
  Reason malformed;  // not a JWS of ES256 and typ JWT, an x5c that does not parse, a payload that is no JSON
                     // object
  Reason untrusted;  // no chain, or none to the root
  Reason signature;
};

// The payload of a document whose signature and signer, with its path to one of `pa_roots`, have been
// verified at `now`. Unverified payloads are not parsed. kTooLarge beyond `max_size`.
absl::StatusOr<codec::JsonValue> VerifyPaDocument(absl::string_view text, size_t max_size,
                                                  absl::Span<const pki::Certificate> pa_roots,
                                                  const SignerChainSource* sources, absl::Time now,
                                                  const PaDocumentReasons& reasons);

}  // namespace sti::stir

#endif  // COMMON_STIR_PA_DOCUMENT_H_
