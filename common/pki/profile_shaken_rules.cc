// Rules about what is special to SHAKEN: policies, the STI-PA's CRL, TNAuthList.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/pki/profile_rules.h"
#include "common/pki/tn_auth_list.h"

namespace sti::pki {
namespace {

constexpr char kCrlDistributionPoints[] = "2.5.29.31";
constexpr char kCertificatePolicies[] = "2.5.29.32";
constexpr size_t kCompanyCode = 4;  // characters of an OCN (ATIS-0300251)

constexpr int kLeaf = static_cast<int>(CertificateRole::kLeaf);
constexpr int kDelegates = CertificateRole::kDelegate | CertificateRole::kDelegateCa;
constexpr int kIntermediate = static_cast<int>(CertificateRole::kIntermediate);
constexpr int kRoot = static_cast<int>(CertificateRole::kRoot);

// Identifiers of the United States SHAKEN Certificate Policy by version, newest first.
struct PolicyVersion {
  const char* oid;
  const ProfileSource* source;  // null: in force before everything else
};
constexpr PolicyVersion kPolicies[] = {
    {"2.16.840.1.114569.1.1.4", &kCp14},
    {"2.16.840.1.114569.1.1.3", &kCp13},
    {"2.16.840.1.114569.1.1.2", nullptr},
    {"2.16.840.1.114569.1.1.1", nullptr},
};

std::string CheckPoliciesThere(const ProfileFacts& facts) {
  const bool decoded = facts.undecodable.count(kCertificatePolicies) == 0;
  return facts.policies.empty() && decoded ? "no CertificatePolicies" : "";
}

std::string CheckOnePolicy(const ProfileFacts& facts) {
  const size_t count = facts.policies.size();
  return count < 2 ? "" : absl::StrCat(count, " certificate policies instead of one");
}

// That of the version in force when the certificate was issued, or of a later one.
std::string CheckPolicyOid(const ProfileFacts& facts) {
  const std::vector<std::string>& asserted = facts.policies;
  if (asserted.empty()) return "";
  std::vector<std::string> fitting;
  for (const PolicyVersion& policy : kPolicies) {
    fitting.emplace_back(policy.oid);
    if (policy.source != nullptr && facts.IssuedSince(*policy.source)) break;
  }
  const bool fits = std::any_of(asserted.begin(), asserted.end(), [&fitting](const std::string& oid) {
    return std::find(fitting.begin(), fitting.end(), oid) != fitting.end();
  });
  return fits ? ""
              : absl::StrCat("the policy is ", asserted.front(), " instead of ",
                             absl::StrJoin(fitting, " or "));
}

std::string CheckRootHasNoPolicies(const ProfileFacts& facts) {
  return facts.Find(kCertificatePolicies) == nullptr ? "" : "a root has no CertificatePolicies";
}

std::string CheckCrlPointThere(const ProfileFacts& facts) {
  const bool decoded = facts.undecodable.count(kCrlDistributionPoints) == 0;
  return facts.crl_points == 0 && decoded ? "no CRLDistributionPoints" : "";
}

std::string CheckOneCrlPoint(const ProfileFacts& facts) {
  return facts.crl_points < 2 ? ""
                              : absl::StrCat(facts.crl_points, " CRL distribution points instead of one");
}

std::string CheckCrlUrl(const ProfileFacts& facts) {
  if (facts.crl_points == 0) return "";
  if (facts.crl_point_names == 1 && facts.crl_url) return "";
  return "the CRL distribution point's fullName is not one URL";
}

std::string CheckCrlIssuer(const ProfileFacts& facts) {
  return facts.crl_points == 0 || facts.crl_issuer
             ? ""
             : "the CRL distribution point has no cRLIssuer, the name of the STI-PA's CRL signer";
}

std::string CheckRootHasNoCrlPoint(const ProfileFacts& facts) {
  return facts.Find(kCrlDistributionPoints) == nullptr ? "" : "a root has no CRLDistributionPoints";
}

std::string CheckListThere(const ProfileFacts& facts) {
  return facts.Find(kTnAuthListOid) == nullptr ? "no TNAuthList" : "";
}

std::string CheckOneSpc(const ProfileFacts& facts) {
  if (!facts.has_fine_list() || facts.spcs.size() == 1) return "";
  return absl::StrCat("the TNAuthList has ", facts.spcs.size(), " SPCs instead of one");
}

std::string CheckNoNumbers(const ProfileFacts& facts) {
  if (!facts.has_fine_list() || facts.spcs.size() == static_cast<size_t>(facts.tn_entries)) return "";
  return "the TNAuthList has telephone numbers besides the SPC";
}

std::string CheckSpcCharacters(const ProfileFacts& facts) {
  for (const std::string& spc : facts.spcs) {
    const bool fine = !spc.empty() && std::all_of(spc.begin(), spc.end(), [](char c) {
      return absl::ascii_isupper(static_cast<unsigned char>(c)) ||
             absl::ascii_isdigit(static_cast<unsigned char>(c));
    });
    if (!fine) return absl::StrCat("SPC ", spc, " has characters other than A-Z and 0-9");
  }
  return "";
}

std::string CheckSpcLength(const ProfileFacts& facts) {
  for (const std::string& spc : facts.spcs) {
    if (spc.size() != kCompanyCode) return absl::StrCat("SPC ", spc, " has not 4 characters");
  }
  return "";
}

std::string CheckCaHasNoList(const ProfileFacts& facts) {
  return facts.Find(kTnAuthListOid) == nullptr ? "" : "a CA of the SHAKEN profile has no TNAuthList";
}

}  // namespace

absl::Span<const ProfileRule> ShakenRules() {
  static constexpr ProfileRule kRules[] = {
      {"policies_missing", kAtisV3, nullptr, kLeaf | kIntermediate, CheckPoliciesThere},
      {"policies_several", kAtisV3, nullptr, kLeaf | kIntermediate, CheckOnePolicy},
      {"policy_oid", kCp11, nullptr, kLeaf | kIntermediate, CheckPolicyOid},
      {"root_policies", kAtisV5, nullptr, kRoot, CheckRootHasNoPolicies},
      {"crl_point_missing", kAtisV3, nullptr, kLeaf | kIntermediate | kDelegates, CheckCrlPointThere},
      {"crl_points_several", kAtisV3, nullptr, kLeaf | kIntermediate | kDelegates, CheckOneCrlPoint},
      {"crl_url", kAtisV3, nullptr, kLeaf | kIntermediate | kDelegates, CheckCrlUrl},
      {"crl_issuer_missing", kAtisV3, nullptr, kLeaf | kIntermediate | kDelegates, CheckCrlIssuer},
      {"root_crl_point", kAtisV5, nullptr, kRoot, CheckRootHasNoCrlPoint},
      {"tn_auth_list_missing", kAtisV3, nullptr, kLeaf | kDelegates, CheckListThere},
      {"tn_auth_list_not_one_spc", kAtisV3, nullptr, kLeaf, CheckOneSpc},
      {"tn_auth_list_numbers", kAtisV3, nullptr, kLeaf, CheckNoNumbers},
      {"spc_characters", kAtisV5, nullptr, kLeaf, CheckSpcCharacters},
      {"spc_length", kCp11, nullptr, kLeaf, CheckSpcLength},
      {"ca_tn_auth_list", kAtisV3, nullptr, kIntermediate | kRoot, CheckCaHasNoList},
  };
  return kRules;
}

}  // namespace sti::pki
