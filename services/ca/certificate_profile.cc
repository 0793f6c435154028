#include "services/ca/certificate_profile.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/pki/tn_auth_list.h"
#include "services/ca/ca_schema.h"

namespace sti::ca {
namespace {

// certificates.md s2, s5. A CA of a provider has pathLenConstraint 0: delegates do not delegate on.
constexpr ProfileRow kRows[] = {
    {ProfileKind::kShaken, "shaken", pki::CertificateRole::kLeaf, /*is_ca=*/false, 0,
     ParentKind::kWithoutTnAuthList, /*one_spc_only=*/true, /*claim_constraints=*/false, "SHAKEN "},
    {ProfileKind::kDelegateCa, "delegate_ca", pki::CertificateRole::kDelegateCa, /*is_ca=*/true, 0,
     ParentKind::kAny, /*one_spc_only=*/true, /*claim_constraints=*/false, "SHAKEN Delegate CA "},
    {ProfileKind::kDelegate, "delegate", pki::CertificateRole::kDelegate, /*is_ca=*/false, 0,
     ParentKind::kWithTnAuthList, /*one_spc_only=*/false, /*claim_constraints=*/true, "Delegate of "},
};

constexpr char kUnitedStates[] = "US";
constexpr char kUnitedStatesPolicies[] = "2.16.840.1.114569.1.1.";
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

const ProfileRow& RowOf(ProfileKind kind) {
  return *std::find_if(std::begin(kRows), std::end(kRows),
                       [kind](const ProfileRow& row) { return row.kind == kind; });
}

bool MayStandBelow(ParentKind parent, const pki::Certificate& issuing) {
  return parent == ParentKind::kAny ||
         issuing.tn_auth_list().has_value() == (parent == ParentKind::kWithTnAuthList);
}

absl::StatusOr<ProfileKind> ProfileNamed(absl::string_view name) {
  for (const ProfileRow& row : kRows) {
    if (row.name == name) return row.kind;
  }
  return MakeError(Reason::kInvalidField, "profile",
                   absl::StrCat("\"", name, "\" is none of shaken, delegate_ca, delegate"));
}

std::set<std::string> WaivedRules(const CertificateProfile& profile) {
  std::set<std::string> waived;
  if (!profile.crl) waived.insert("crl_point_missing");
  if (!absl::StartsWith(profile.policy_oid, kUnitedStatesPolicies)) waived.insert("policy_oid");
  // Four characters, too, are how the United States have it.
  if (profile.country != kUnitedStates) waived.insert({"subject_country_not_us", "spc_length"});
  return waived;
}

absl::StatusOr<ProfileKind> ChooseKind(bool asks_for_ca, const CertificateProfile& profile) {
  const ProfileKind kind = asks_for_ca ? ProfileKind::kDelegateCa : ProfileKind::kShaken;
  if (profile.offered.count(kind) > 0) return kind;
  return MakeError(Reason::kCsrInvalid, "csr",
                   asks_for_ca ? "asks for a CA certificate; this CA issues none"
                               : "asks for a SHAKEN certificate; this CA issues none");
}

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
  // A list as received may have any printable ASCII; the name of the subject may not.
  const absl::Status well_formed = pki::TnAuthList::ForSpc(spcs.front()).status();
  if (!well_formed.ok()) return PrefixField("csr", well_formed);
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

bool IsOrganization(absl::string_view name) {
  const bool control = std::any_of(name.begin(), name.end(),
                                   [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
  return !name.empty() && !control && CharactersOfUtf8(name) <= kMaxOrganization;
}

absl::StatusOr<pki::DistinguishedName> SubjectFor(ProfileKind kind, const std::string& spc,
                                                  const std::string& vetted,
                                                  const CertificateProfile& profile) {
  const std::string organization = vetted.empty() ? absl::StrCat("SHAKEN ", spc) : vetted;
  absl::StatusOr<pki::DistinguishedName> subject = pki::DistinguishedName::Create(
      {profile.country, organization, absl::StrCat(RowOf(kind).common_name, spc)});
  if (subject.ok() && IsOrganization(organization)) return subject;
  return MakeError(Reason::kInvalidField, "organization", "not 1 to 64 printable characters");
}

pki::CertificateTemplate ProfiledTemplate(ProfileKind kind, const pki::Csr& csr,
                                          pki::DistinguishedName subject, const pki::Validity& validity,
                                          const CertificateProfile& profile) {
  const ProfileRow& row = RowOf(kind);
  pki::CertificateTemplate contents;
  contents.subject = std::move(subject);
  contents.public_key = csr.public_key;
  contents.not_before = validity.not_before;
  contents.not_after = validity.not_after;
  contents.is_ca = row.is_ca;
  if (row.is_ca) contents.path_length = row.path_length;
  contents.key_usage.digital_signature = !row.is_ca;
  contents.key_usage.certificate_sign = row.is_ca;
  contents.policy_oid = profile.policy_oid;
  contents.tn_auth_list = csr.tn_auth_list;
  if (row.claim_constraints) {
    pki::ClaimConstraints constraints = csr.claim_constraints.value_or(pki::ClaimConstraints());
    std::vector<std::string>& excluded = constraints.must_exclude;
    for (const std::string& claim : profile.delegate_must_exclude) {
      if (std::find(excluded.begin(), excluded.end(), claim) == excluded.end()) excluded.push_back(claim);
    }
    if (!constraints.IsEmpty()) contents.claim_constraints = std::move(constraints);
  }
  if (profile.crl) {
    contents.crl_url = profile.crl->url;
    contents.crl_issuer = profile.crl->issuer;
  }
  return contents;
}

}  // namespace sti::ca
