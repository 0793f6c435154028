#include "services/ca/rehearsal.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/pki/profile_lint.h"
#include "common/pki/tn_auth_list.h"

namespace sti::ca {
namespace {

// What is no rule of the standard, but the operator's word.
std::vector<std::string> BrokenPromises(ProfileKind kind, const pki::Certificate& made,
                                        const pki::Certificate& issuing, const CertificateProfile& profile) {
  std::vector<std::string> broken;
  const ProfileRow& row = RowOf(kind);
  if (made.not_after() - made.not_before() > profile.lifetime + kBackdate ||
      made.not_after() > issuing.not_after() || made.not_before() < issuing.not_before()) {
    broken.emplace_back("validity_beyond_profile");
  }
  if (made.policies() != std::vector<std::string>{profile.policy_oid}) {
    broken.emplace_back("policy_not_of_profile");
  }
  if (made.is_ca() != row.is_ca) broken.emplace_back("ca_not_of_profile");
  if (row.is_ca && made.path_length() != row.path_length) broken.emplace_back("path_length_not_of_profile");
  if (!MayStandBelow(row.parent, issuing)) {
    broken.emplace_back("issuer_not_of_profile");
  }
  if (issuing.tn_auth_list() && made.tn_auth_list() &&
      !issuing.tn_auth_list()->Encompasses(*made.tn_auth_list(), pki::SpcScope::kNumbers)) {
    broken.emplace_back("tn_auth_list_beyond_issuer");
  }
  if (row.claim_constraints && !profile.delegate_must_exclude.empty() && !made.claim_constraints()) {
    broken.emplace_back("claim_constraints_missing");
  }
  return broken;
}

}  // namespace

Rehearsal::Rehearsal(CertificateProfile profile)
    : profile_(std::move(profile)), waived_(WaivedRules(profile_)), key_(crypto::SigningKey::Generate()) {}

absl::StatusOr<pki::Certificate> Rehearsal::Judge(ProfileKind kind, const pki::CertificateTemplate& contents,
                                                  const pki::Certificate& issuing) const {
  STI_RETURN_IF_ERROR(key_.status());
  STI_ASSIGN_OR_RETURN(pki::Certificate made, pki::RehearseCertificate(contents, issuing, **key_));
  std::vector<std::string> broken = BrokenPromises(kind, made, issuing, profile_);
  for (const pki::LintFinding& finding : pki::LintCertificate(made, RowOf(kind).role, &issuing)) {
    if (waived_.count(finding.name) > 0) continue;
    broken.push_back(absl::StrCat(finding.name, " (", finding.source, "): ", finding.text));
  }
  if (broken.empty()) return made;
  return MakeError(Reason::kInternal,
                   absl::StrCat("the certificate would break its profile: ", absl::StrJoin(broken, "; ")));
}

}  // namespace sti::ca
