// The rules of profile_lint and the facts that they look at. Private to the room.
#ifndef COMMON_PKI_PROFILE_RULES_H_
#define COMMON_PKI_PROFILE_RULES_H_

#include <openssl/x509.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/pki/profile_lint.h"

namespace sti::pki {

// A version of a document, and the day from which it binds CAs and leaves.
struct ProfileSource {
  const char* name;
  const char* cas;
  const char* leaves;
};

// Leaves had 90 days of grace, those of CP 1.3 145.
inline constexpr ProfileSource kCp11 = {"US SHAKEN CP 1.1", "2020-04-07", "2020-07-06"};
inline constexpr ProfileSource kAtisV3 = {"ATIS-1000080 v003", "2020-09-04", "2020-12-03"};
inline constexpr ProfileSource kCp13 = {"US SHAKEN CP 1.3", "2021-08-18", "2022-01-10"};
inline constexpr ProfileSource kAtisV4 = {"ATIS-1000080 v004", "2021-10-18", "2022-01-16"};
inline constexpr ProfileSource kAtisV5 = {"ATIS-1000080 v005", "2022-12-12", "2023-03-12"};
inline constexpr ProfileSource kCp14 = {"US SHAKEN CP 1.4", "2023-06-06", "2023-09-04"};

struct ExtensionFacts {
  std::string oid;
  bool critical = false;
  std::string value;  // DER
};

struct AttributeFacts {
  std::string oid;
  std::string text;  // UTF-8
};

// What can be wrong with a TNAuthList of RFC 8226 s9.
enum class TnDefect {
  kForm,
  kEmpty,
  kEntryTag,
  kSpcType,
  kNumberType,
  kNumberSize,
  kNumberCharacters,
  kRangeForm,
  kRangeStart,
  kRangeCount,
  kRangeEnd,
};

// Read from the certificate as it lies there: of what cannot be decoded the facts are as if it were absent,
// and `undecodable` names it.
struct ProfileFacts {
  CertificateRole role = CertificateRole::kLeaf;
  std::string issued;  // day of notBefore, "2024-01-31"
  long version = 0;    // 3 is v3
  std::string serial;  // as Certificate::serial
  std::string signature_oid;
  bool is_p256 = false, is_p384 = false;  // named curves
  std::vector<AttributeFacts> subject;
  std::vector<ExtensionFacts> extensions;
  std::string key_id;  // SHA-1 of the key, 20 octets
  bool is_der = true;
  bool times_decoded = true;
  std::set<std::string> undecodable;  // OIDs of extensions, but that of the TNAuthList
  std::string refusal;                // of Certificate::ParseDer; empty: none

  bool is_ca = false, path_length = false;  // BasicConstraints
  bool basic_constraints_der = true;
  std::string subject_key_id, authority_key_id;
  const std::string* issuer_key_id = nullptr;  // null when the issuer is not known
  std::vector<std::string> policies;
  int crl_points = 0;       // distribution points
  int crl_point_names = 0;  // names of the first one's fullName
  bool crl_url = false;     // one of them
  bool crl_issuer = false;  // of the first one
  int tn_entries = 0;
  std::vector<std::string> spcs;
  std::map<TnDefect, std::string> tn_defects;

  // Such a list says nothing more.
  bool has_fine_list() const { return tn_entries > 0 && tn_defects.empty(); }
  bool is_leaf() const { return role == CertificateRole::kLeaf || role == CertificateRole::kDelegate; }
  const ExtensionFacts* Find(absl::string_view oid) const;  // null when absent
  std::vector<std::string> SubjectValues(absl::string_view oid) const;
  bool IssuedSince(const ProfileSource& source) const {
    return issued >= (is_leaf() ? source.leaves : source.cas);
  }
};

ProfileFacts FactsOf(X509* x509, absl::string_view der, CertificateRole role);
std::vector<LintFinding> FindingsOf(const ProfileFacts& facts);
LintFinding RefusedRule();  // without its text
// Into tn_entries, spcs and tn_defects.
void ReadTnAuthList(absl::string_view der, ProfileFacts& facts);

constexpr int operator|(CertificateRole a, CertificateRole b) {
  return static_cast<int>(a) | static_cast<int>(b);
}
constexpr int operator|(int a, CertificateRole b) { return a | static_cast<int>(b); }

struct ProfileRule {
  const char* name;
  ProfileSource source;
  const ProfileSource* until;  // the rule was dropped by this document; null: it holds
  int roles;                   // of CertificateRole
  // What is wrong; empty when nothing is.
  std::string (*check)(const ProfileFacts& facts);
};

absl::Span<const ProfileRule> FormRules();    // what verifiers cannot decode, or refuse
absl::Span<const ProfileRule> TnFormRules();  // RFC 8226 s9
absl::Span<const ProfileRule> BasicRules();   // version, serial number, algorithms
absl::Span<const ProfileRule> SubjectRules();
absl::Span<const ProfileRule> ExtensionRules();  // RFC 5280's
absl::Span<const ProfileRule> ShakenRules();     // policies, CRL distribution point, TNAuthList

}  // namespace sti::pki

#endif  // COMMON_PKI_PROFILE_RULES_H_
