// Certificates that others made, each with one departure from the profile: it must be found under its name
// and nothing else with it.
#include "common/pki/profile_lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/pki/judges_testing.h"

namespace sti::pki {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> Names(const std::vector<LintFinding>& findings) {
  std::vector<std::string> names;
  for (const LintFinding& finding : findings) names.emplace_back(finding.name);
  return names;
}

CertificateRole RoleFrom(absl::string_view name) {
  static const auto* roles =
      new std::map<std::string, CertificateRole>{{"leaf", CertificateRole::kLeaf},
                                                 {"intermediate", CertificateRole::kIntermediate},
                                                 {"root", CertificateRole::kRoot},
                                                 {"delegate", CertificateRole::kDelegate},
                                                 {"delegate_ca", CertificateRole::kDelegateCa}};
  return roles->at(std::string(name));
}

struct Case {
  std::string role, broken, line;
  UncheckedCertificate unchecked, unchecked_issuer;
  absl::StatusOr<Certificate> checked;  // by itself some of them are refused
  Certificate issuer;
  const Certificate& certificate() const { return *checked; }
};

const std::vector<Case>& Cases() {
  static const auto* cases = [] {
    const Outcome made = RunPython(ReadFile("common/pki/testdata/make_profile_defects.py"), "");
    EXPECT_EQ(made.exit_code, 0) << made.output;
    auto* all = new std::vector<Case>;
    for (const absl::string_view line : absl::StrSplit(made.output, '\n', absl::SkipEmpty())) {
      const std::vector<std::string> parts = absl::StrSplit(line, ' ');
      all->push_back({parts[0], parts[1] == "-" ? "" : parts[1], absl::StrCat("case ", all->size() + 1),
                      UncheckedCertificate::ParseDer(absl::HexStringToBytes(parts[2])).value(),
                      UncheckedCertificate::ParseDer(absl::HexStringToBytes(parts[3])).value(),
                      Certificate::ParseDer(absl::HexStringToBytes(parts[2])),
                      Certificate::ParseDer(absl::HexStringToBytes(parts[3])).value()});
    }
    return all;
  }();
  return *cases;
}

TEST(ProfileLint, EachDepartureIsFoundUnderItsName) {
  EXPECT_THAT(Cases(), SizeIs(testing::Ge(100U)));
  for (const Case& one : Cases()) {
    std::vector<std::string> expected = absl::StrSplit(one.broken, ',', absl::SkipEmpty());
    std::sort(expected.begin(), expected.end());
    std::vector<std::string> found =
        Names(LintCertificate(one.unchecked, RoleFrom(one.role), &one.unchecked_issuer));
    if (one.checked.ok()) {
      EXPECT_EQ(Names(LintCertificate(one.certificate(), RoleFrom(one.role), &one.issuer)), found)
          << one.line;
    } else {
      EXPECT_THAT(found, testing::Not(IsEmpty())) << one.line << ": " << one.checked.status();
    }
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, expected) << one.line << ", " << one.role << ": " << one.broken;
  }
}

// These two cannot be made with python3-cryptography.
Certificate MadeByOpenssl(const std::string& options) {
  const std::string config = WriteScratch(
      "old.cnf", "[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nC=US\nO=Carrier\nCN=SHAKEN 1234\n[none]\n");
  const std::string key = WriteScratch("old.key", "");
  const std::string request = WriteScratch("old.csr", "");
  const std::string out = WriteScratch("old.der", "");
  const Outcome made =
      RunShell(absl::StrCat("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config ",
                            config, " -keyout ", key, " -out ", request, " && openssl x509 -req -in ",
                            request, " -signkey ", key, " -days 30 -outform DER -out ", out, " ", options));
  EXPECT_EQ(made.exit_code, 0) << made.output;
  return Certificate::ParseDer(ReadFile(out)).value();
}

std::vector<std::string> FoundByOpenssl(const std::string& options) {
  return Names(LintCertificate(MadeByOpenssl(options), CertificateRole::kLeaf, nullptr));
}

TEST(ProfileLint, OldVersionIsFound) {
  EXPECT_THAT(FoundByOpenssl("-set_serial 0x7fffffffffffffff"), Contains("version_not_3"));
}

TEST(ProfileLint, SerialNumberMustBePositive) {
  EXPECT_THAT(FoundByOpenssl("-set_serial 0"), Contains("serial_not_positive"));
  EXPECT_THAT(FoundByOpenssl("-set_serial -0x7fffffffffffffff"), Contains("serial_not_positive"));
  EXPECT_THAT(FoundByOpenssl("-set_serial 1"), testing::Not(Contains("serial_not_positive")));
}

TEST(ProfileLint, EveryRuleHasACaseAndAName) {
  std::set<std::string> broken = {"version_not_3", "serial_not_positive"};
  for (const Case& one : Cases()) {
    for (const absl::string_view name : absl::StrSplit(one.broken, ',', absl::SkipEmpty()))
      broken.insert(std::string(name));
  }
  const std::vector<std::string> rules = Names(LintRules());
  EXPECT_EQ(broken, std::set<std::string>(rules.begin(), rules.end()));
  EXPECT_THAT(broken, SizeIs(rules.size())) << "a name twice";
}

TEST(ProfileLint, FindingSaysWhereTheRuleStands) {
  const auto& cases = Cases();
  const auto found = std::find_if(cases.begin(), cases.end(),
                                  [](const Case& one) { return one.broken == "crl_issuer_missing"; });
  const std::vector<LintFinding> leaf =
      LintCertificate(found->certificate(), CertificateRole::kLeaf, nullptr);
  ASSERT_THAT(leaf, SizeIs(1));
  EXPECT_STREQ(leaf[0].source, "ATIS-1000080 v003");
  EXPECT_STREQ(leaf[0].effective, "2020-12-03");  // with the grace that leaves had
  EXPECT_THAT(leaf[0].text, HasSubstr("cRLIssuer"));
  const std::vector<LintFinding> rules = LintRules();
  EXPECT_TRUE(std::all_of(rules.begin(), rules.end(), [](const LintFinding& rule) {
    return std::string(rule.effective).size() == 10 && std::string(rule.source).size() > 10;
  }));
}

TEST(ProfileLint, IssuerIsComparedOnlyWhereItIsKnown) {
  const Certificate leaf = DemoCertificate("leaf1234");
  const Certificate other = DemoCertificate("pa-root");
  EXPECT_THAT(LintCertificate(leaf, CertificateRole::kLeaf, nullptr), IsEmpty());
  EXPECT_THAT(Names(LintCertificate(leaf, CertificateRole::kLeaf, &other)),
              ElementsAre("authority_key_id_not_issuers"));
}

// The leaf 848J of TransNexus, in use in 2023. Half of the leaves of that time had such a departure.
TEST(ProfileLint, RealLeafIsJudgedByTheRulesOfItsTime) {
  const Certificate leaf = Certificate::ParseDer(ReadVector("real-leaf-848J.der")).value();
  EXPECT_EQ(RoleOf(leaf), CertificateRole::kLeaf);
  EXPECT_THAT(Names(LintCertificate(leaf, CertificateRole::kLeaf, nullptr)),
              ElementsAre("subject_serial_number_missing"));
}

TEST(ProfileLint, DemoPkiFitsTheProfile) {
  for (const char* name : {"leaf1234", "leaf5678-revoked", "int", "root"}) {
    const Certificate certificate = DemoCertificate(name);
    EXPECT_THAT(Names(LintCertificate(certificate, RoleOf(certificate), nullptr)), IsEmpty()) << name;
  }
}

TEST(ProfileLint, RolesAreSeenFromTheCertificate) {
  EXPECT_EQ(RoleOf(DemoCertificate("leaf1234")), CertificateRole::kLeaf);
  EXPECT_EQ(RoleOf(DemoCertificate("int")), CertificateRole::kIntermediate);
  EXPECT_EQ(RoleOf(DemoCertificate("root")), CertificateRole::kRoot);
  for (const Case& one : Cases()) {
    if (one.role != "delegate" && (one.role != "delegate_ca" || !one.broken.empty())) continue;
    if (!one.checked.ok()) continue;
    EXPECT_EQ(RoleOf(one.certificate()), RoleFrom(one.role)) << one.line;
    EXPECT_EQ(RoleOf(one.unchecked), RoleFrom(one.role)) << one.line;
  }
}

TEST(ProfileLint, UncheckedCertificateIsShownByItsNameAndSerialOrRefused) {
  for (const Case& one : Cases()) {
    if (!one.checked.ok()) continue;
    EXPECT_EQ(one.unchecked.serial(), one.certificate().serial());
    EXPECT_EQ(one.unchecked.subject(), one.certificate().subject().Text());
  }
  EXPECT_FALSE(UncheckedCertificate::ParseDer("junk").ok());
  EXPECT_FALSE(UncheckedCertificate::ParseDer("").ok());
  EXPECT_FALSE(UncheckedCertificate::ParseDer(DemoCertificate("int").der() + "x").ok());
  EXPECT_EQ(
      UncheckedCertificate::ParseChain(DemoCertificate("int").Pem() + DemoCertificate("root").Pem())->size(),
      2U);
  EXPECT_EQ(UncheckedCertificate::ParseChain(DemoCertificate("int").der())->size(), 1U);
  EXPECT_FALSE(UncheckedCertificate::ParseChain("").ok());
  EXPECT_FALSE(
      UncheckedCertificate::ParseChain("-----BEGIN X509 CRL-----\nAA==\n-----END X509 CRL-----\n").ok());
}

TEST(ProfileLint, LinesOfAChainNameTheCertificate) {
  const auto& cases = Cases();
  const auto found = std::find_if(cases.begin(), cases.end(),
                                  [](const Case& one) { return one.broken == "leaf_key_usage"; });
  const auto chain = CertificateChain::FromCertificates({found->certificate(), found->issuer}).value();
  EXPECT_THAT(LintChain(chain),
              ElementsAre(testing::AllOf(testing::StartsWith("leaf "),
                                         HasSubstr("SHAKEN 1234,O=Carrier,C=US: leaf_key_usage ("),
                                         HasSubstr("ATIS-1000080 v003"))));
  const auto clean =
      CertificateChain::FromCertificates({DemoCertificate("leaf1234"), DemoCertificate("int")}).value();
  EXPECT_THAT(LintChain(clean), IsEmpty());
}

}  // namespace
}  // namespace sti::pki
