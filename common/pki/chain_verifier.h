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
#include "common/pki/tn_auth_list.h"

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
  // Delegate certificates (RFC 9060, ATIS-1000092): CAs with a TNAuthList, and leaves that speak for numbers
  // without an SPC. False: either is kTnAuthListInvalid.
  bool delegates_allowed = true;
  // What a parent's SPC lets it delegate.
  SpcScope spc_scope = SpcScope::kNumbers;
  // Certificate policies of the trust domain, dotted OIDs. Empty: not looked at. Else each certificate but
  // the root must assert one of them; CAs may assert anyPolicy (2.5.29.32.0) instead. Unlike RFC 5280
  // s6.1.3(d), leaf and CAs may assert different ones, since CAs outlive versions of the SHAKEN CP; mappings
  // are not applied.
  std::vector<std::string> policy_oids = {};
};

// OK, or the first defect found from the leaf up (path.h says in which order), as a Reason of the
// kCertificate*, kTnAuthList* and kDelegate* rows. `crl` may be null: then revocation is not checked. Roots
// are not looked up in the CRL.
//
// Leaf first, each next certificate is the issuer of the one before. The trusted root may stand at the end.
// Any other order, gap or extra certificate makes the chain kCertificateUntrusted.
//
// Once the path stands, each certificate with a TNAuthList must keep within the scope of the next one above
// it that has a TNAuthList (kDelegateScopeExceeded, RFC 9060 s4), and all certificates of such a chain must
// name their parents by key identifier (kCertificateUntrusted, RFC 9060 s7). A certificate for numbers right
// below a CA without TNAuthList is no delegate (RFC 9060 s8): the CA vouches for it. Policies come last.
//
// The anchor is checked too: a root that has expired or may not sign certificates is of no use. `at` counts
// in whole seconds; both ends of a validity period belong to it.
//
// What the caller still has to do: claim constraints, whether the TNAuthList covers the number, and that
// SHAKEN is signed for an SPC.
absl::Status VerifyChain(const CertificateChain& chain, const TrustAnchors& anchors, const VerifiedCrl* crl,
                         const ChainPolicy& policy, absl::Time at);

}  // namespace sti::pki

#endif  // COMMON_PKI_CHAIN_VERIFIER_H_
