#include "services/as/verifier_trust.h"

#include <utility>

#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/stir/trust_list.h"

namespace sti::as {

absl::StatusOr<std::shared_ptr<const VerifierTrust>> Believe(const TrustDocuments& documents,
                                                             absl::Span<const pki::Certificate> pa_roots,
                                                             absl::Time now) {
  // Rollback is the verifiers' business, who keep what they had.
  STI_ASSIGN_OR_RETURN(stir::TrustList list,
                       stir::VerifyTrustList(documents.trust_list, pa_roots, nullptr, 0, now));
  if (documents.crl_signer_chain.size() > limits::kChainCertificates) {
    return MakeError(Reason::kTooLarge, "signer_chain", "too many certificates");
  }
  std::vector<pki::Certificate> signers;
  for (const std::string& der : documents.crl_signer_chain) {
    STI_ASSIGN_OR_RETURN(auto signer, pki::Certificate::ParseDer(der));
    signers.push_back(std::move(signer));
  }
  STI_ASSIGN_OR_RETURN(auto crl, pki::VerifiedCrl::Verify(documents.crl, signers, pa_roots, now));
  return std::make_shared<const VerifierTrust>(
      VerifierTrust{pki::TrustAnchors(std::move(list.roots)), std::move(crl)});
}

absl::Status JudgeTrust(const pki::CertificateChain& chain, const VerifierTrust& trust, absl::Time now) {
  return pki::VerifyChain(chain, trust.anchors, trust.crl.get(), {}, now);
}

}  // namespace sti::as
