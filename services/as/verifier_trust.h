// Whether verifiers trust an own certificate: asked of the STI-PA as they do (ATIS-1000084, certificates.md s6).
#ifndef SERVICES_AS_VERIFIER_TRUST_H_
#define SERVICES_AS_VERIFIER_TRUST_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/pki/certificate.h"
#include "common/pki/chain_verifier.h"
#include "common/pki/crl.h"

namespace sti::as {

// As the STI-PA delivers them, nothing checked.
struct TrustDocuments {
  std::string trust_list;                     // JWS
  std::string crl;                            // DER
  std::vector<std::string> crl_signer_chain;  // DER, signer first
};

// What verifiers believe. Immutable, thread-safe.
struct VerifierTrust {
  pki::TrustAnchors anchors;
  std::shared_ptr<const pki::VerifiedCrl> crl;
};

// Both documents verified against the pinned roots. kTrustList*, kCrl*, kTooLarge, kCertificateMalformed.
absl::StatusOr<std::shared_ptr<const VerifierTrust>> Believe(const TrustDocuments& documents,
                                                             absl::Span<const pki::Certificate> pa_roots,
                                                             absl::Time now);

// OK when a verifier would trust the chain at `now`; else as VerifyChain.
absl::Status JudgeTrust(const pki::CertificateChain& chain, const VerifierTrust& trust, absl::Time now);

// Seam: the STI-PA. Thread-safe; waits for it.
class TrustView {
 public:
  virtual ~TrustView() = default;
  // No older than `max_age`. Errors of Believe; kUnavailable and the like when it cannot be asked, or after Cancel.
  virtual absl::StatusOr<std::shared_ptr<const VerifierTrust>> Get(absl::Duration max_age) = 0;
  // Whoever waits gets an answer at once, and so does everybody from then on.
  virtual void Cancel() = 0;
};

}  // namespace sti::as

#endif  // SERVICES_AS_VERIFIER_TRUST_H_
