#include "services/ca/certificate_profile.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/ca/ca_schema.h"

namespace sti::ca {
namespace {

constexpr size_t kMaxOrganization = 64;  // characters, ub-organization-name of RFC 5280 appendix A.1

std::string Text(absl::Time time) { return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone()); }

absl::Status RefuseTime(absl::string_view field, absl::string_view why, absl::Time bound) {
  return MakeError(Reason::kInvalidField, field, absl::StrCat(why, " ", Text(bound)));
}

size_t CharactersOfUtf8(absl::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

absl::StatusOr<std::string> RequestedSpc(const pki::Csr& csr) {
  if (!csr.tn_auth_list) {
    return MakeError(Reason::kCsrInvalid, "csr",
                     "its extensionRequest has no TNAuthList (1.3.6.1.5.5.7.1.26)");
  }
  const std::vector<std::string> spcs = csr.tn_auth_list->Spcs();
  if (csr.tn_auth_list->entries().size() != 1 || spcs.size() != 1) {
    return MakeError(
        Reason::kTnAuthListInvalid, "csr",
        "a SHAKEN certificate is for exactly one Service Provider Code, without numbers or ranges");
  }
  return spcs.front();
}

absl::StatusOr<pki::Validity> ChooseValidity(const RequestedValidity& requested,
                                             const CertificateProfile& profile,
                                             const pki::Certificate& issuing, absl::Time now) {
  const absl::Time today = WholeSeconds(now);
  pki::Validity validity;
  validity.not_before = requested.not_before ? WholeSeconds(*requested.not_before)
                                             : std::max(today - kBackdate, issuing.not_before());
  const absl::Time earliest = std::max(today - kBackdate, issuing.not_before());
  const absl::Time latest_start = std::min(today + profile.lifetime, issuing.not_after());
  if (validity.not_before < earliest) return RefuseTime("not_before", "must not be earlier than", earliest);
  if (validity.not_before >= latest_start)
    return RefuseTime("not_before", "must be earlier than", latest_start);

  const absl::Time latest_end =
      std::min(std::max(today, validity.not_before) + profile.lifetime, issuing.not_after());
  validity.not_after = requested.not_after ? WholeSeconds(*requested.not_after) : latest_end;
  if (validity.not_after <= std::max(today, validity.not_before)) {
    return RefuseTime("not_after", "must be later than", std::max(today, validity.not_before));
  }
  if (validity.not_after > latest_end) return RefuseTime("not_after", "must not be later than", latest_end);
  return validity;
}

absl::StatusOr<pki::DistinguishedName> SubjectFor(const pki::Csr& csr, const std::string& spc,
                                                  const CertificateProfile& profile) {
  const std::string organization = csr.subject.Organization();
  if (organization.empty()) {
    return MakeError(Reason::kCsrInvalid, "csr", "its subject has no O (legal name of the provider)");
  }
  const bool control = std::any_of(organization.begin(), organization.end(),
                                   [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
  if (control || CharactersOfUtf8(organization) > kMaxOrganization) {
    return MakeError(Reason::kCsrInvalid, "csr", "the O of its subject is not 1 to 64 printable characters");
  }
  absl::StatusOr<pki::DistinguishedName> subject =
      pki::DistinguishedName::Create({profile.country, organization, absl::StrCat("SHAKEN ", spc)});
  if (!subject.ok()) return MakeError(Reason::kCsrInvalid, "csr", subject.status().message());
  return subject;
}

pki::CertificateTemplate ProfiledTemplate(const pki::Csr& csr, pki::DistinguishedName subject,
                                          const pki::Validity& validity, const CertificateProfile& profile) {
  pki::CertificateTemplate contents;
  contents.subject = std::move(subject);
  contents.public_key = csr.public_key;
  contents.not_before = validity.not_before;
  contents.not_after = validity.not_after;
  contents.key_usage.digital_signature = true;
  contents.policy_oid = profile.policy_oid;
  contents.tn_auth_list = csr.tn_auth_list;
  if (profile.crl) {
    contents.crl_url = profile.crl->url;
    contents.crl_issuer = profile.crl->issuer;
  }
  return contents;
}

}  // namespace sti::ca
