#include "services/as/enroller.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/jose/jws.h"
#include "common/pki/csr.h"
#include "common/pki/tn_auth_list.h"
#include "services/as/blame.h"

namespace sti::as {
namespace {

absl::Status BlameCertificate(const absl::Status& status) {
  return MakeError(ReasonOf(status), FieldOf(status),
                   absl::StrCat("CA issued an unusable certificate: ", status.message()));
}

// Not verified: that is the STI-CA's affair.
std::optional<absl::Time> ExpiryOf(const std::string& token) {
  const auto parsed = jose::ParseJws(token, limits::kSpcToken);
  if (!parsed.ok()) return std::nullopt;
  const auto claims = codec::ParseJson(parsed->payload, limits::kSpcToken);
  if (!claims.ok()) return std::nullopt;
  const codec::JsonValue* exp = claims->Find("exp");
  if (exp == nullptr || exp->if_int() == nullptr) return std::nullopt;
  return absl::FromUnixSeconds(*exp->if_int());
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
  if (!key.ok()) return BlameOwnState(key.status());
  STI_ASSIGN_OR_RETURN(const std::string csr, pki::BuildCsr(subject, tn_auth_list, **key));

  STI_ASSIGN_OR_RETURN(const PublishedChain published, Certify({tn_auth_list, (*key)->public_key(), csr}));
  const auto chain = pki::CertificateChain::Parse(published.chain_pem);
  const auto url = chain.ok() ? UrlOf(published, *chain) : chain.status();
  auto credential =
      url.ok() ? CheckCredential(*key, *chain, *url, applicant_.spc, clock_.TimeNow()) : url.status();
  if (!credential.ok()) {
    if (ReasonOf(credential.status()) == Reason::kStorageFailed) return BlameOwnState(credential.status());
    certificates_.Forget();
    return BlameCertificate(credential.status());
  }
  const absl::Status saved = store_.Save(**key, *chain, *url, clock_.TimeNow());
  if (!saved.ok()) return BlameOwnState(saved);
  certificates_.Forget();
  return credential;
}

absl::StatusOr<std::string> Enroller::UrlOf(const PublishedChain& published,
                                            const pki::CertificateChain& chain) const {
  if (!published.x5u.empty()) return published.x5u;
  if (publisher_) return publisher_(chain);
  return MakeError(Reason::kInvalidField, "x5u",
                   "the CA does not say where it publishes it; configure publication to do that here");
}

absl::StatusOr<PublishedChain> Enroller::Certify(const CertificateRequest& request) {
  absl::Status token_status;  // the STI-PA's failure comes back through the STI-CA's source
  const auto ask = [&](const std::string& fingerprint) {
    absl::StatusOr<std::string> token = tokens_.IssueToken(request.tn_auth_list.der(), fingerprint);
    token_status = token.status();
    if (token.ok()) token_expires_ = ExpiryOf(*token);
    return token;
  };
  absl::StatusOr<PublishedChain> published = certificates_.Certify(request, ask);
  if (!published.ok()) {
    return token_status.ok() ? BlamePeer("CA", published.status()) : BlamePeer("PA", token_status);
  }
  return published;
}

}  // namespace sti::as
