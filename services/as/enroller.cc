#include "services/as/enroller.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/jose/jwk.h"
#include "common/pki/csr.h"
#include "common/pki/tn_auth_list.h"

namespace sti::as {
namespace {

// "PA unavailable: ..." or "CA refused: SPC_TOKEN_EXPIRED: ..."
absl::Status Blame(absl::string_view who, const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  const bool away = reason == Reason::kUnavailable || reason == Reason::kDeadlineExceeded;
  return MakeError(reason, FieldOf(status),
                   away ? absl::StrCat(who, " unavailable: ", status.message())
                        : absl::StrCat(who, " refused: ", ReasonName(reason), ": ", status.message()));
}

absl::Status BlameState(const absl::Status& status) {
  return MakeError(ReasonOf(status), absl::StrCat("own state: ", status.message()));
}

absl::Status BlameCertificate(const absl::Status& status) {
  return MakeError(ReasonOf(status), FieldOf(status),
                   absl::StrCat("CA issued an unusable certificate: ", status.message()));
}

}  // namespace

absl::StatusOr<pki::DistinguishedName> SubjectOf(const Applicant& applicant) {
  pki::SubjectFields fields;
  fields.country = applicant.country;
  fields.organization = applicant.organization;
  fields.common_name = absl::StrCat("SHAKEN ", applicant.spc);
  return pki::DistinguishedName::Create(fields);
}

absl::StatusOr<SigningCredentialPtr> Enroller::Enrol() {
  STI_ASSIGN_OR_RETURN(const pki::DistinguishedName subject, SubjectOf(applicant_));
  STI_ASSIGN_OR_RETURN(const pki::TnAuthList tn_auth_list, pki::TnAuthList::ForSpc(applicant_.spc));
  store_.RemoveUnused();
  const auto key = store_.PendingKey();
  if (!key.ok()) return BlameState(key.status());
  STI_ASSIGN_OR_RETURN(const std::string csr, pki::BuildCsr(subject, tn_auth_list, **key));

  // Bound to the request's own key: over gRPC there is no account whose key it could be (RFC 9448 s5.4).
  const auto token = peers_.IssueToken(tn_auth_list.der(), jose::Fingerprint((*key)->public_key()));
  if (!token.ok()) return Blame("PA", token.status());
  const auto published = peers_.IssueCertificate(csr, *token);
  if (!published.ok()) return Blame("CA", published.status());

  const auto chain = pki::CertificateChain::Parse(published->chain_pem);
  if (!chain.ok()) return BlameCertificate(chain.status());
  auto credential = CheckCredential(*key, *chain, published->x5u, applicant_.spc, clock_.TimeNow());
  if (!credential.ok()) return BlameCertificate(credential.status());
  const absl::Status saved = store_.Save(**key, *chain, published->x5u);
  if (!saved.ok()) return BlameState(saved);
  return credential;
}

}  // namespace sti::as
