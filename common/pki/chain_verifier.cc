#include "common/pki/chain_verifier.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

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

namespace {

constexpr char kAnyPolicy[] = "2.5.29.32.0";

absl::Status Defect(Reason reason, const Certificate& certificate, absl::string_view detail) {
  return MakeError(reason, absl::StrCat(certificate.subject().Text(), ": ", detail));
}

bool Delegates(const Certificate& ca) { return ca.is_ca() && ca.tn_auth_list().has_value(); }

absl::Status CheckDelegatesAreAllowed(absl::Span<const Certificate> path) {
  for (const Certificate& certificate : path) {
    if (!certificate.tn_auth_list().has_value()) continue;
    if (!certificate.is_ca() && !certificate.tn_auth_list()->Spcs().empty()) continue;
    return Defect(Reason::kTnAuthListInvalid, certificate,
                  certificate.is_ca() ? "issues delegate certificates, which are not accepted"
                                      : "has no SPC, and delegate certificates are not accepted");
  }
  return absl::OkStatus();
}

absl::Status CheckDelegation(absl::Span<const Certificate> path, const ChainPolicy& policy) {
  if (!policy.delegates_allowed) STI_RETURN_IF_ERROR(CheckDelegatesAreAllowed(path));
  if (std::none_of(path.begin(), path.end(), Delegates)) return absl::OkStatus();
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    const Certificate& child = path[i];
    // That both agree where they are there was checked with the names.
    if (child.authority_key_id().empty() || path[i + 1].subject_key_id().empty()) {
      return Defect(Reason::kCertificateUntrusted, child,
                    "below a CA that delegates, parents are named by AuthorityKeyIdentifier");
    }
    if (!child.tn_auth_list().has_value()) continue;
    const auto parent = std::find_if(path.begin() + static_cast<ptrdiff_t>(i) + 1, path.end(), Delegates);
    if (parent == path.end() || parent->tn_auth_list()->Encompasses(*child.tn_auth_list(), policy.spc_scope))
      continue;
    return Defect(Reason::kDelegateScopeExceeded, child,
                  absl::StrCat("speaks for more than ", parent->subject().Text(), " may delegate"));
  }
  return absl::OkStatus();
}

absl::Status CheckPolicies(absl::Span<const Certificate> path, const std::vector<std::string>& accepted) {
  if (accepted.empty()) return absl::OkStatus();
  for (const Certificate& certificate : path.first(path.size() - 1)) {
    const std::vector<std::string>& asserted = certificate.policies();
    const bool fits = std::any_of(asserted.begin(), asserted.end(), [&](const std::string& oid) {
      return (certificate.is_ca() && oid == kAnyPolicy) ||
             std::find(accepted.begin(), accepted.end(), oid) != accepted.end();
    });
    if (fits) continue;
    return Defect(Reason::kCertificatePolicyMissing, certificate,
                  absl::StrCat("asserts ", asserted.empty() ? "no policy" : absl::StrJoin(asserted, ", ")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status VerifyChain(const CertificateChain& chain, const TrustAnchors& anchors, const VerifiedCrl* crl,
                         const ChainPolicy& policy, absl::Time at) {
  const auto not_revoked = [crl](const Certificate& certificate) {
    if (crl == nullptr || !crl->IsRevoked(certificate)) return absl::OkStatus();
    return MakeError(Reason::kCertificateRevoked,
                     absl::StrCat(certificate.subject().Text(), ": serial ", certificate.serial(),
                                  " is on CRL number ", crl->number()));
  };
  STI_ASSIGN_OR_RETURN(const std::vector<Certificate> path,
                       ValidatePath(chain.certificates(), anchors.roots(), policy.role, at, not_revoked));
  STI_RETURN_IF_ERROR(CheckDelegation(path, policy));
  return CheckPolicies(path, policy.policy_oids);
}

}  // namespace sti::pki
