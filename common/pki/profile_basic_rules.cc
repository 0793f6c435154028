// Rules about the fields of a certificate that are neither names nor extensions.
#include "absl/strings/str_cat.h"
#include "common/pki/profile_rules.h"

namespace sti::pki {
namespace {

constexpr char kEcdsaSha256[] = "1.2.840.10045.4.3.2";
constexpr char kEcdsaSha384[] = "1.2.840.10045.4.3.3";
constexpr size_t kSerialDigits = 15;  // more than 60 bits: 64 random ones may start with a few zeros

constexpr int kAll = CertificateRole::kLeaf | CertificateRole::kIntermediate | CertificateRole::kRoot |
                     CertificateRole::kDelegate | CertificateRole::kDelegateCa;

// CP 1.4 admits P-384 and SHA-384 for CAs; ATIS-1000080 does not.
bool MayUse384(const ProfileFacts& facts) { return !facts.is_leaf() && facts.IssuedSince(kCp14); }

std::string CheckVersion(const ProfileFacts& facts) {
  return facts.version == 3 ? "" : absl::StrCat("version ", facts.version, " instead of 3");
}

std::string CheckSerialSign(const ProfileFacts& facts) {
  const std::string& serial = facts.serial;
  return serial.empty() || serial.front() == '-' || serial == "0" ? "the serial number is not positive" : "";
}

std::string CheckSerialLength(const ProfileFacts& facts) {
  const std::string& serial = facts.serial;
  return serial.size() >= kSerialDigits
             ? ""
             : absl::StrCat("serial number ", serial, " has fewer than 64 random bits");
}

std::string CheckSignatureAlgorithm(const ProfileFacts& facts) {
  if (facts.signature_oid == kEcdsaSha256) return "";
  if (facts.signature_oid == kEcdsaSha384 && MayUse384(facts)) return "";
  return absl::StrCat("signed with ", facts.signature_oid, " instead of ecdsa-with-SHA256");
}

std::string CheckPublicKey(const ProfileFacts& facts) {
  if (facts.is_p256) return "";
  if (facts.is_p384 && MayUse384(facts)) return "";
  return "the public key is not on curve P-256";
}

}  // namespace

absl::Span<const ProfileRule> BasicRules() {
  static constexpr ProfileRule kRules[] = {
      {"version_not_3", kAtisV3, nullptr, kAll, CheckVersion},
      {"serial_not_positive", kAtisV3, nullptr, kAll, CheckSerialSign},
      {"serial_too_short", kAtisV5, nullptr, kAll, CheckSerialLength},
      {"signature_algorithm", kAtisV3, nullptr, kAll, CheckSignatureAlgorithm},
      {"public_key", kAtisV3, nullptr, kAll, CheckPublicKey},
  };
  return kRules;
}

}  // namespace sti::pki
