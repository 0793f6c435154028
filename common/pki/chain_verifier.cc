#include "common/pki/chain_verifier.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::pki {

TrustAnchors::TrustAnchors(std::vector<Certificate> roots) {
  std::copy_if(roots.begin(), roots.end(), std::back_inserter(roots_),
               [](const Certificate& certificate) { return certificate.IsSelfIssued(); });
}

std::vector<Certificate> TrustAnchors::FindBySubject(const DistinguishedName& name) const {
  std::vector<Certificate> found;
  std::copy_if(roots_.begin(), roots_.end(), std::back_inserter(found),
               [&name](const Certificate& root) { return root.subject() == name; });
  return found;
}

bool TrustAnchors::Contains(const Certificate& certificate) const {
  return std::any_of(roots_.begin(), roots_.end(),
                     [&certificate](const Certificate& root) { return root.der() == certificate.der(); });
}

absl::Status VerifyChain(const CertificateChain& chain, const TrustAnchors& anchors, const VerifiedCrl* crl,
                         const ChainPolicy& policy, absl::Time at) {
  const auto not_revoked = [crl](const Certificate& certificate) {
    if (crl == nullptr || !crl->IsRevoked(certificate)) return absl::OkStatus();
    return MakeError(Reason::kCertificateRevoked,
                     absl::StrCat(certificate.subject().Text(), ": serial ", certificate.serial(),
                                  " is on CRL number ", crl->number()));
  };
  return ValidatePath(chain.certificates(), anchors.roots(), policy.role, at, not_revoked);
}

}  // namespace sti::pki
