// Path validation (RFC 5280 s6, certificates.md s6) as a pure function of chain, anchors, CRL, policy and
// time: no I/O, no clock, no globals. Chains come in order and are short; there is no path building beyond
// finding the anchor.
#ifndef COMMON_PKI_CHAIN_VERIFIER_H_
#define COMMON_PKI_CHAIN_VERIFIER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/pki/certificate.h"
#include "common/pki/crl.h"
#include "common/pki/path.h"

namespace sti::pki {

// The roots that are trusted now. Immutable, thread-safe. What is not self-issued is left out: an
// intermediate anchors nothing.
class TrustAnchors {
 public:
  explicit TrustAnchors(std::vector<Certificate> roots);
  // Roots whose subject is `name`; several during a key change.
  std::vector<Certificate> FindBySubject(const DistinguishedName& name) const;
  bool Contains(const Certificate& certificate) const;
  const std::vector<Certificate>& roots() const { return roots_; }

 private:
  std::vector<Certificate> roots_;
};

struct ChainPolicy {
  LeafRole role = LeafRole::kShakenSigner;
};

// OK, or the first defect found from the leaf up (path.h says in which order), as a Reason of the
// kCertificate* and kTnAuthList* rows. `crl` may be null: then revocation is not checked. Roots are not
// looked up in the CRL.
//
// Leaf first, each next certificate is the issuer of the one before. The trusted root may stand at the end.
// Any other order, gap or extra certificate makes the chain kCertificateUntrusted.
//
// The anchor is checked too: a root that has expired or may not sign certificates is of no use. `at` counts
// in whole seconds; both ends of a validity period belong to it.
//
// What the caller still has to do: claim constraints, and whether the TNAuthList covers the number.
absl::Status VerifyChain(const CertificateChain& chain, const TrustAnchors& anchors, const VerifiedCrl* crl,
                         const ChainPolicy& policy, absl::Time at);

}  // namespace sti::pki

#endif  // COMMON_PKI_CHAIN_VERIFIER_H_
