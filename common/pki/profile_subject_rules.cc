// Rules about the subject: who is certified, and as what.
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/pki/profile_rules.h"

namespace sti::pki {
namespace {

constexpr char kCommonName[] = "2.5.4.3";
constexpr char kSerialNumber[] = "2.5.4.5";
constexpr char kCountry[] = "2.5.4.6";
constexpr char kOrganization[] = "2.5.4.10";

constexpr int kLeaf = static_cast<int>(CertificateRole::kLeaf);
constexpr int kIntermediate = static_cast<int>(CertificateRole::kIntermediate);
constexpr int kRoot = static_cast<int>(CertificateRole::kRoot);
constexpr int kShaken = kLeaf | kIntermediate | kRoot;

std::string CheckCount(const ProfileFacts& facts, const char* oid, absl::string_view attribute) {
  const std::vector<std::string> values = facts.SubjectValues(oid);
  if (values.size() != 1)
    return absl::StrCat(attribute, " stands ", values.size(), " times in the subject instead of once");
  return values.front().empty() ? absl::StrCat(attribute, " of the subject is empty") : "";
}

std::string CheckCountryCount(const ProfileFacts& facts) { return CheckCount(facts, kCountry, "C"); }
std::string CheckOrganizationCount(const ProfileFacts& facts) {
  return CheckCount(facts, kOrganization, "O");
}
std::string CheckCommonNameCount(const ProfileFacts& facts) { return CheckCount(facts, kCommonName, "CN"); }

std::string CheckCountryCode(const ProfileFacts& facts) {
  for (const std::string& country : facts.SubjectValues(kCountry)) {
    const bool alpha2 = country.size() == 2 && absl::ascii_isupper(static_cast<unsigned char>(country[0])) &&
                        absl::ascii_isupper(static_cast<unsigned char>(country[1]));
    if (!alpha2) return absl::StrCat("C is ", country, ", not two capital letters (ISO 3166-1 alpha-2)");
  }
  return "";
}

std::string CheckCountryIsUs(const ProfileFacts& facts) {
  for (const std::string& country : facts.SubjectValues(kCountry)) {
    if (country != "US") return absl::StrCat("C is ", country, " instead of US");
  }
  return "";
}

std::string CheckCommonNameHasSpc(const ProfileFacts& facts) {
  const std::vector<std::string> names = facts.SubjectValues(kCommonName);
  if (names.empty() || facts.spcs.empty()) return "";  // other rules say so
  const std::string wanted = absl::StrCat("SHAKEN ", facts.spcs.front());
  return absl::StrContains(names.front(), wanted)
             ? ""
             : absl::StrCat("CN is ", names.front(), ", which does not contain ", wanted);
}

std::string CheckCaNameSaysShaken(const ProfileFacts& facts) {
  const std::vector<std::string> names = facts.SubjectValues(kCommonName);
  if (names.empty() || absl::StrContains(names.front(), "SHAKEN")) return "";
  return absl::StrCat("CN is ", names.front(), ", which does not contain SHAKEN");
}

std::string CheckRootNameSaysRoot(const ProfileFacts& facts) {
  const std::vector<std::string> names = facts.SubjectValues(kCommonName);
  if (names.empty() || absl::StrContains(absl::AsciiStrToUpper(names.front()), "ROOT")) return "";
  return absl::StrCat("CN is ", names.front(), ", which does not say that it is a root");
}

std::string CheckSerialNumber(const ProfileFacts& facts) {
  return facts.SubjectValues(kSerialNumber).empty() ? "the subject has no serialNumber" : "";
}

std::string CheckOtherAttributes(const ProfileFacts& facts) {
  for (const AttributeFacts& attribute : facts.subject) {
    if (attribute.oid == kCountry || attribute.oid == kOrganization || attribute.oid == kCommonName) continue;
    if (attribute.oid == kSerialNumber && facts.is_leaf()) continue;
    return absl::StrCat("the subject has an attribute ", attribute.oid, " besides C, O, CN",
                        facts.is_leaf() ? " and serialNumber" : "");
  }
  return "";
}

}  // namespace

absl::Span<const ProfileRule> SubjectRules() {
  static constexpr ProfileRule kRules[] = {
      {"subject_country_count", kAtisV3, nullptr, kShaken, CheckCountryCount},
      {"subject_country_code", kAtisV3, nullptr, kShaken, CheckCountryCode},
      {"subject_country_not_us", kCp14, nullptr, kShaken, CheckCountryIsUs},
      {"subject_organization_count", kAtisV3, nullptr, kShaken, CheckOrganizationCount},
      {"subject_common_name_count", kAtisV3, nullptr, kShaken, CheckCommonNameCount},
      {"subject_common_name_without_spc", kAtisV4, nullptr, kLeaf, CheckCommonNameHasSpc},
      {"ca_common_name_without_shaken", kAtisV4, nullptr, kIntermediate | kRoot, CheckCaNameSaysShaken},
      {"root_common_name_without_root", kAtisV5, nullptr, kRoot, CheckRootNameSaysRoot},
      {"subject_serial_number_missing", kCp13, &kCp14, kLeaf, CheckSerialNumber},
      {"subject_other_attribute", kCp13, nullptr, kShaken, CheckOtherAttributes},
  };
  return kRules;
}

}  // namespace sti::pki
