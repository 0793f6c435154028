// Rules about the extensions that every PKI has (RFC 5280 s4.2.1).
#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/pki/profile_rules.h"
#include "common/pki/tn_auth_list.h"

namespace sti::pki {
namespace {

constexpr char kSubjectKeyId[] = "2.5.29.14";
constexpr char kKeyUsage[] = "2.5.29.15";
constexpr char kBasicConstraints[] = "2.5.29.19";
constexpr char kCrlDistributionPoints[] = "2.5.29.31";
constexpr char kCertificatePolicies[] = "2.5.29.32";
constexpr char kAuthorityKeyId[] = "2.5.29.35";

constexpr int kLeaves = CertificateRole::kLeaf | CertificateRole::kDelegate;
constexpr int kSubordinateCas = CertificateRole::kIntermediate | CertificateRole::kDelegateCa;
constexpr int kRoot = static_cast<int>(CertificateRole::kRoot);
constexpr int kCas = kSubordinateCas | kRoot;

// The DER of a KeyUsage: one octet of bits, the unused ones counted (X.690 s11.2.2).
constexpr char kDigitalSignatureOnly[] = "03020780";
constexpr char kKeyCertSignOnly[] = "03020204";

std::string KeyUsageHex(const ProfileFacts& facts) {
  const ExtensionFacts* usage = facts.Find(kKeyUsage);
  return usage == nullptr ? "" : absl::BytesToHexString(usage->value);
}

std::string CheckBasicConstraintsThere(const ProfileFacts& facts) {
  return facts.Find(kBasicConstraints) == nullptr ? "no BasicConstraints" : "";
}

std::string CheckBasicConstraintsCritical(const ProfileFacts& facts) {
  const ExtensionFacts* constraints = facts.Find(kBasicConstraints);
  return constraints == nullptr || constraints->critical ? "" : "BasicConstraints is not critical";
}

// `3000` of a leaf; DEFAULT FALSE is not encoded (X.690 s11.5).
std::string CheckBasicConstraintsDer(const ProfileFacts& facts) {
  return facts.basic_constraints_der ? "" : "BasicConstraints is not in DER";
}

std::string CheckLeafPathLength(const ProfileFacts& facts) {
  return facts.path_length && !facts.is_ca ? "a pathLenConstraint without CA:TRUE" : "";
}

std::string CheckLeafIsNoCa(const ProfileFacts& facts) {
  return facts.is_ca ? "BasicConstraints says CA:TRUE" : "";
}

std::string CheckCaIsCa(const ProfileFacts& facts) {
  const bool decoded = facts.undecodable.count(kBasicConstraints) == 0;
  return facts.is_ca || !decoded ? "" : "BasicConstraints does not say CA:TRUE";
}

std::string CheckKeyUsageThere(const ProfileFacts& facts) {
  return facts.Find(kKeyUsage) == nullptr ? "no KeyUsage" : "";
}

std::string CheckKeyUsageCritical(const ProfileFacts& facts) {
  const ExtensionFacts* usage = facts.Find(kKeyUsage);
  return usage == nullptr || usage->critical ? "" : "KeyUsage is not critical";
}

std::string CheckLeafKeyUsage(const ProfileFacts& facts) {
  const std::string usage = KeyUsageHex(facts);
  return usage.empty() || usage == kDigitalSignatureOnly
             ? ""
             : absl::StrCat("KeyUsage is ", usage, " instead of ", kDigitalSignatureOnly,
                            ", digitalSignature alone");
}

std::string CheckCaKeyUsage(const ProfileFacts& facts) {
  const std::string usage = KeyUsageHex(facts);
  return usage.empty() || usage == kKeyCertSignOnly
             ? ""
             : absl::StrCat("KeyUsage is ", usage, " instead of ", kKeyCertSignOnly, ", keyCertSign alone");
}

// keyCertSign, with or without cRLSign and digitalSignature.
std::string CheckEarlyCaKeyUsage(const ProfileFacts& facts) {
  const std::string usage = KeyUsageHex(facts);
  for (const char* allowed : {"", kKeyCertSignOnly, "03020106", "03020284", "03020186"}) {
    if (usage == allowed) return "";
  }
  return absl::StrCat("KeyUsage is ", usage, ", not keyCertSign with at most digitalSignature and cRLSign");
}

std::string CheckSubjectKeyIdThere(const ProfileFacts& facts) {
  return facts.Find(kSubjectKeyId) == nullptr ? "no SubjectKeyIdentifier" : "";
}

std::string CheckSubjectKeyIdMethod(const ProfileFacts& facts) {
  const std::string& id = facts.subject_key_id;
  return id.empty() || id == facts.key_id ? "" : "SubjectKeyIdentifier is not the SHA-1 of the key";
}

std::string CheckAuthorityKeyIdThere(const ProfileFacts& facts) {
  const bool decoded = facts.undecodable.count(kAuthorityKeyId) == 0;
  return decoded && facts.authority_key_id.empty() ? "no AuthorityKeyIdentifier with a keyIdentifier" : "";
}

std::string CheckAuthorityKeyIdValue(const ProfileFacts& facts) {
  const std::string& id = facts.authority_key_id;
  if (id.empty() || facts.issuer_key_id == nullptr || id == *facts.issuer_key_id) return "";
  return "AuthorityKeyIdentifier is not the issuer's SubjectKeyIdentifier";
}

std::string CheckRootAuthorityKeyId(const ProfileFacts& facts) {
  if (facts.Find(kAuthorityKeyId) == nullptr || facts.undecodable.count(kAuthorityKeyId) > 0) return "";
  return facts.authority_key_id == facts.subject_key_id
             ? ""
             : "AuthorityKeyIdentifier is not the root's own SubjectKeyIdentifier";
}

std::string CheckCritical(const ProfileFacts& facts) {
  for (const ExtensionFacts& extension : facts.extensions) {
    if (extension.critical && extension.oid != kBasicConstraints && extension.oid != kKeyUsage)
      return absl::StrCat("extension ", extension.oid, " is critical");
  }
  return "";
}

std::string CheckOthers(const ProfileFacts& facts) {
  static constexpr const char* kKnown[] = {
      kSubjectKeyId,        kKeyUsage,       kBasicConstraints, kCrlDistributionPoints,
      kCertificatePolicies, kAuthorityKeyId, kTnAuthListOid};
  for (const ExtensionFacts& extension : facts.extensions) {
    const bool known = std::any_of(std::begin(kKnown), std::end(kKnown),
                                   [&extension](const char* oid) { return extension.oid == oid; });
    if (!known) return absl::StrCat("extension ", extension.oid, " is none of the profile");
  }
  return "";
}

}  // namespace

absl::Span<const ProfileRule> ExtensionRules() {
  static constexpr ProfileRule kRules[] = {
      {"basic_constraints_missing", kAtisV3, nullptr, kLeaves | kCas, CheckBasicConstraintsThere},
      {"basic_constraints_not_critical", kAtisV3, nullptr, kLeaves | kCas, CheckBasicConstraintsCritical},
      {"basic_constraints_encoding", kAtisV3, nullptr, kLeaves | kCas, CheckBasicConstraintsDer},
      {"path_length_without_ca", kAtisV3, nullptr, kLeaves | kCas, CheckLeafPathLength},
      {"leaf_is_ca", kAtisV3, nullptr, kLeaves, CheckLeafIsNoCa},
      {"ca_is_no_ca", kAtisV3, nullptr, kCas, CheckCaIsCa},
      {"key_usage_missing", kAtisV3, nullptr, kLeaves | kCas, CheckKeyUsageThere},
      {"key_usage_not_critical", kAtisV3, nullptr, kLeaves | kCas, CheckKeyUsageCritical},
      {"leaf_key_usage", kAtisV3, nullptr, kLeaves, CheckLeafKeyUsage},
      {"ca_key_usage", kAtisV3, &kCp14, kCas, CheckEarlyCaKeyUsage},
      {"ca_key_usage_not_key_cert_sign_alone", kCp14, nullptr, kCas, CheckCaKeyUsage},
      {"subject_key_id_missing", kAtisV3, nullptr, kLeaves | kCas, CheckSubjectKeyIdThere},
      {"subject_key_id_not_sha1_of_key", kAtisV4, nullptr, kLeaves | kCas, CheckSubjectKeyIdMethod},
      {"authority_key_id_missing", kAtisV3, nullptr, kLeaves | kSubordinateCas, CheckAuthorityKeyIdThere},
      {"authority_key_id_not_issuers", kAtisV3, nullptr, kLeaves | kSubordinateCas, CheckAuthorityKeyIdValue},
      {"root_authority_key_id", kAtisV3, nullptr, kRoot, CheckRootAuthorityKeyId},
      {"extension_critical", kAtisV3, nullptr, kLeaves | kCas, CheckCritical},
      // Delegates need claim constraints.
      {"extension_other", kAtisV5, nullptr,
       CertificateRole::kLeaf | CertificateRole::kIntermediate | CertificateRole::kRoot, CheckOthers},
  };
  return kRules;
}

}  // namespace sti::pki
