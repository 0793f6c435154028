// Rules about the form: what verifiers cannot decode they refuse, often the whole certificate with it.
#include <set>

#include "absl/strings/str_cat.h"
#include "common/pki/claim_constraints.h"
#include "common/pki/profile_rules.h"

namespace sti::pki {
namespace {

constexpr char kSubjectKeyId[] = "2.5.29.14";
constexpr char kKeyUsage[] = "2.5.29.15";
constexpr char kBasicConstraints[] = "2.5.29.19";
constexpr char kCrlDistributionPoints[] = "2.5.29.31";
constexpr char kCertificatePolicies[] = "2.5.29.32";
constexpr char kAuthorityKeyId[] = "2.5.29.35";

constexpr int kAll = CertificateRole::kLeaf | CertificateRole::kIntermediate | CertificateRole::kRoot |
                     CertificateRole::kDelegate | CertificateRole::kDelegateCa;

constexpr ProfileSource Rfc5280(const char* section) { return {section, "2008-05-01", "2008-05-01"}; }
constexpr ProfileSource kRfc8226 = {"RFC 8226 s8", "2018-02-01", "2018-02-01"};
constexpr ProfileSource kRfc9118 = {"RFC 9118 s6", "2021-08-01", "2021-08-01"};

std::string Undecodable(const ProfileFacts& facts, const char* oid, absl::string_view name) {
  return facts.undecodable.count(oid) == 0 ? "" : absl::StrCat(name, " cannot be decoded");
}

std::string CheckDer(const ProfileFacts& facts) { return facts.is_der ? "" : "it is not in DER"; }
std::string CheckTimes(const ProfileFacts& facts) {
  return facts.times_decoded ? ""
                             : "notBefore or notAfter is not UTCTime or GeneralizedTime with seconds and Z";
}
std::string CheckVersionHasExtensions(const ProfileFacts& facts) {
  return facts.version == 3 || facts.extensions.empty() ? "" : "extensions before version 3";
}
std::string CheckTwice(const ProfileFacts& facts) {
  std::set<std::string> seen;
  for (const ExtensionFacts& extension : facts.extensions) {
    if (!seen.insert(extension.oid).second) return absl::StrCat("extension ", extension.oid, " stands twice");
  }
  return "";
}
std::string CheckSubjectKeyId(const ProfileFacts& facts) {
  return Undecodable(facts, kSubjectKeyId, "SubjectKeyIdentifier");
}
std::string CheckKeyUsage(const ProfileFacts& facts) { return Undecodable(facts, kKeyUsage, "KeyUsage"); }
std::string CheckBasicConstraints(const ProfileFacts& facts) {
  return Undecodable(facts, kBasicConstraints, "BasicConstraints");
}
std::string CheckCrlPoints(const ProfileFacts& facts) {
  return Undecodable(facts, kCrlDistributionPoints, "CRLDistributionPoints");
}
std::string CheckPolicies(const ProfileFacts& facts) {
  return Undecodable(facts, kCertificatePolicies, "CertificatePolicies");
}
std::string CheckAuthorityKeyId(const ProfileFacts& facts) {
  return Undecodable(facts, kAuthorityKeyId, "AuthorityKeyIdentifier");
}
std::string CheckClaims(const ProfileFacts& facts) {
  const std::string plain = Undecodable(facts, kJwtClaimConstraintsOid, "JWTClaimConstraints");
  return plain.empty() ? Undecodable(facts, kEnhancedJwtClaimConstraintsOid, "EnhancedJWTClaimConstraints")
                       : plain;
}
std::string CheckOneKindOfClaims(const ProfileFacts& facts) {
  const bool both = facts.Find(kJwtClaimConstraintsOid) != nullptr &&
                    facts.Find(kEnhancedJwtClaimConstraintsOid) != nullptr;
  return both ? "both JWTClaimConstraints and EnhancedJWTClaimConstraints" : "";
}

std::string CheckOthers(const ProfileFacts& facts) {
  static const auto* const named = new std::set<std::string>{
      kSubjectKeyId,        kKeyUsage,       kBasicConstraints,       kCrlDistributionPoints,
      kCertificatePolicies, kAuthorityKeyId, kJwtClaimConstraintsOid, kEnhancedJwtClaimConstraintsOid};
  for (const std::string& oid : facts.undecodable) {
    if (named->count(oid) == 0) return absl::StrCat("extension ", oid, " cannot be decoded");
  }
  return "";
}

}  // namespace

absl::Span<const ProfileRule> FormRules() {
  static constexpr ProfileRule kRules[] = {
      {"certificate_not_der", Rfc5280("RFC 5280 s4.1"), nullptr, kAll, CheckDer},
      {"validity_malformed", Rfc5280("RFC 5280 s4.1.2.5"), nullptr, kAll, CheckTimes},
      {"extensions_before_version_3", Rfc5280("RFC 5280 s4.1.2.1"), nullptr, kAll, CheckVersionHasExtensions},
      {"extension_twice", Rfc5280("RFC 5280 s4.2"), nullptr, kAll, CheckTwice},
      {"authority_key_id_malformed", Rfc5280("RFC 5280 s4.2.1.1"), nullptr, kAll, CheckAuthorityKeyId},
      {"subject_key_id_malformed", Rfc5280("RFC 5280 s4.2.1.2"), nullptr, kAll, CheckSubjectKeyId},
      {"key_usage_malformed", Rfc5280("RFC 5280 s4.2.1.3"), nullptr, kAll, CheckKeyUsage},
      {"policies_malformed", Rfc5280("RFC 5280 s4.2.1.4"), nullptr, kAll, CheckPolicies},
      {"basic_constraints_malformed", Rfc5280("RFC 5280 s4.2.1.9"), nullptr, kAll, CheckBasicConstraints},
      {"crl_points_malformed", Rfc5280("RFC 5280 s4.2.1.13"), nullptr, kAll, CheckCrlPoints},
      {"claim_constraints_malformed", kRfc8226, nullptr, kAll, CheckClaims},
      {"claim_constraints_both", kRfc9118, nullptr, kAll, CheckOneKindOfClaims},
      {"extension_malformed", Rfc5280("RFC 5280 s4.2"), nullptr, kAll, CheckOthers},
  };
  return kRules;
}

}  // namespace sti::pki
