// What is built is read by the openssl program and by python3-cryptography, not only by us.
#include "common/pki/certificate_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/pki/judges_testing.h"

namespace sti::pki {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

constexpr char kPolicy[] = "2.16.840.1.114569.1.1.4";
constexpr char kCrlUrl[] = "https://pa.example.net/download/v1/crl";

class FixedRandom final : public Random {
 public:
  explicit FixedRandom(std::string octets) : octets_(std::move(octets)) {}
  absl::StatusOr<std::string> Bytes(size_t size) const override {
    std::string octets;
    while (octets.size() < size) octets += octets_;
    return octets.substr(0, size);
  }

 private:
  std::string octets_;
};

DistinguishedName Name(const std::string& common_name) {
  return DistinguishedName::Create({"US", "Example Telecom", common_name}).value();
}

CertificateTemplate CaContents(const crypto::Signer& key) {
  CertificateTemplate contents;
  contents.subject = Name("Example SHAKEN ROOT");
  contents.public_key = key.public_key();
  contents.serial_hex = "1F";
  contents.not_before = Utc("2025-01-01T00:00:00Z");
  contents.not_after = Utc("2055-01-01T00:00:00Z");
  contents.is_ca = true;
  contents.key_usage.certificate_sign = true;
  return contents;
}

CertificateTemplate LeafContents(const crypto::Signer& key) {
  CertificateTemplate contents;
  contents.subject = Name("SHAKEN 1234");
  contents.public_key = key.public_key();
  contents.serial_hex = "80112233445566778899AABBCCDDEEFF";
  contents.not_before = Utc("2025-01-01T00:00:00Z");
  contents.not_after = Utc("2026-01-01T00:00:00Z");
  contents.key_usage.digital_signature = true;
  contents.policy_oid = kPolicy;
  contents.tn_auth_list = TnAuthList::ForSpc("1234").value();
  contents.crl_url = kCrlUrl;
  contents.crl_issuer = Name("STI-PA CRL");
  return contents;
}

class CertificateBuilderTest : public testing::Test {
 protected:
  Certificate Leaf() const { return IssueCertificate(LeafContents(*leaf_key_), root_, *root_key_).value(); }

  std::shared_ptr<const crypto::SigningKey> root_key_ = crypto::SigningKey::Generate().value();
  std::shared_ptr<const crypto::SigningKey> leaf_key_ = crypto::SigningKey::Generate().value();
  Certificate root_ = SelfSign(CaContents(*root_key_), *root_key_).value();
};

TEST_F(CertificateBuilderTest, OpensslVerifiesTheChain) {
  const std::string anchors = WriteScratch("root.pem", root_.Pem());
  const std::string leaf = WriteScratch("leaf.pem", Leaf().Pem());
  const Outcome verified =
      RunShell(absl::StrCat("openssl verify -x509_strict -attime 1750000000 -CAfile ", anchors, " ", leaf));
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
}

TEST_F(CertificateBuilderTest, PythonReadsTheProfileOfALeaf) {
  const std::string path = WriteScratch("leaf.pem", Leaf().Pem());
  const Outcome read = RunPython(R"(
import sys
from cryptography import x509
from cryptography.hazmat.primitives import serialization
c = x509.load_pem_x509_certificate(open(sys.argv[1], 'rb').read())
print(c.version.name, '%X' % c.serial_number, c.signature_algorithm_oid.dotted_string, c.public_key().curve.name)
print(c.not_valid_before.isoformat(), c.not_valid_after.isoformat())
print(c.subject.rfc4514_string(), '|', c.issuer.rfc4514_string())
print([type(a.value).__name__ + ':' + a._type.name for a in c.subject])
for e in c.extensions:
    print(e.oid.dotted_string, 'critical' if e.critical else '-')
get = lambda t: c.extensions.get_extension_for_class(t).value
print(get(x509.BasicConstraints).ca, get(x509.BasicConstraints).path_length)
usage = get(x509.KeyUsage)
print([u for u in ('digital_signature', 'key_cert_sign', 'crl_sign', 'key_agreement', 'key_encipherment')
       if getattr(usage, u)])
print(get(x509.SubjectKeyIdentifier) == x509.SubjectKeyIdentifier.from_public_key(c.public_key()))
print([p.policy_identifier.dotted_string for p in get(x509.CertificatePolicies)])
[point] = get(x509.CRLDistributionPoints)
print([n.value for n in point.full_name], [n.value.rfc4514_string() for n in point.crl_issuer], point.reasons)
print(c.extensions.get_extension_for_oid(x509.ObjectIdentifier('1.3.6.1.5.5.7.1.26')).value.value.hex())
)",
                                 path);
  ASSERT_EQ(read.exit_code, 0) << read.output;
  EXPECT_EQ(read.output,
            "v3 80112233445566778899AABBCCDDEEFF 1.2.840.10045.4.3.2 secp256r1\n"
            "2025-01-01T00:00:00 2026-01-01T00:00:00\n"
            "CN=SHAKEN 1234,O=Example Telecom,C=US | CN=Example SHAKEN ROOT,O=Example Telecom,C=US\n"
            "['str:PrintableString', 'str:UTF8String', 'str:UTF8String']\n"
            "2.5.29.19 critical\n2.5.29.15 critical\n2.5.29.14 -\n2.5.29.35 -\n2.5.29.32 -\n2.5.29.31 -\n"
            "1.3.6.1.5.5.7.1.26 -\n"
            "False None\n['digital_signature']\nTrue\n['2.16.840.1.114569.1.1.4']\n"
            "['https://pa.example.net/download/v1/crl'] ['CN=STI-PA CRL,O=Example Telecom,C=US'] None\n"
            "3008a006160431323334\n");
}

// The values that certificates.md s2 gives in hexadecimal, as openssl prints them.
TEST_F(CertificateBuilderTest, ExtensionsHaveTheOctetsOfTheProfile) {
  const std::string leaf = absl::BytesToHexString(Leaf().der());
  EXPECT_THAT(leaf, HasSubstr("300c0603551d130101ff04023000"));                        // BasicConstraints {}
  EXPECT_THAT(leaf, HasSubstr("300e0603551d0f0101ff040403020780"));                    // digitalSignature
  EXPECT_THAT(leaf, HasSubstr("30170603551d200410300e300c060a6086480186ff09010104"));  // the policy
  EXPECT_THAT(leaf, HasSubstr("301606082b06010505070"
                              "11a040a3008a006160431323334"));  // TNAuthList
  const std::string root = absl::BytesToHexString(root_.der());
  EXPECT_THAT(root, HasSubstr("300f0603551d130101ff040530030101ff"));  // CA:TRUE
  EXPECT_THAT(root, HasSubstr("300e0603551d0f0101ff040403020204"));    // keyCertSign
}

TEST_F(CertificateBuilderTest, WhatIsBuiltIsWhatIsRead) {
  const Certificate leaf = Leaf();
  EXPECT_EQ(leaf.serial(), "80112233445566778899AABBCCDDEEFF");
  EXPECT_EQ(leaf.authority_key_id(), root_.subject_key_id());
  EXPECT_EQ(leaf.crl_url(), kCrlUrl);
  EXPECT_EQ(*leaf.crl_issuer(), Name("STI-PA CRL"));
  EXPECT_TRUE(leaf.IsSignedBy(root_));
  EXPECT_EQ(root_.authority_key_id(), "");
  EXPECT_EQ(root_.not_after(), Utc("2055-01-01T00:00:00Z"));  // beyond 2049: GeneralizedTime
  EXPECT_TRUE(root_.is_ca());
}

TEST_F(CertificateBuilderTest, PathLengthZeroIsWritten) {
  CertificateTemplate contents = CaContents(*leaf_key_);
  contents.path_length = 0;
  EXPECT_EQ(IssueCertificate(contents, root_, *root_key_)->path_length(), 0);
}

TEST_F(CertificateBuilderTest, NamesOutsideAsciiStayUtf8) {
  CertificateTemplate contents = LeafContents(*leaf_key_);
  contents.subject = DistinguishedName::Create({"DE", "Münchner Fernsprech", "SHAKEN 1234"}).value();
  EXPECT_EQ(IssueCertificate(contents, root_, *root_key_)->subject().Organization(), "Münchner Fernsprech");
}

TEST_F(CertificateBuilderTest, TransportCertificateServesAndCalls) {
  CertificateTemplate contents = LeafContents(*leaf_key_);
  contents.tn_auth_list.reset();
  contents.dns_names = {"sti-as.example", "localhost"};
  contents.ip_addresses = {"127.0.0.1", "::1"};
  const auto certificate = IssueCertificate(contents, root_, *root_key_);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_TRUE(certificate->has_narrow_extended_key_usage());
  const std::string anchors = WriteScratch("root.pem", root_.Pem());
  const std::string leaf = WriteScratch("leaf.pem", certificate->Pem());
  for (const char* check : {"-purpose sslserver -verify_hostname sti-as.example",
                            "-purpose sslclient -verify_ip ::1", "-verify_ip 127.0.0.1"}) {
    const Outcome verified =
        RunShell(absl::StrCat("openssl verify -attime 1750000000 ", check, " -CAfile ", anchors, " ", leaf));
    EXPECT_EQ(verified.exit_code, 0) << check << verified.output;
  }
  EXPECT_FALSE(Leaf().has_narrow_extended_key_usage());
}

// One field spoilt in a template that is otherwise right: the Reason and the field must say so.
struct Defect {
  const char* field;
  Reason reason;
  std::function<void(CertificateTemplate&)> spoil;
};

TEST_F(CertificateBuilderTest, EachWrongFieldIsNamed) {
  const std::vector<Defect> defects = {
      {"subject", Reason::kMissingField, [](auto& c) { c.subject.reset(); }},
      {"public_key", Reason::kMissingField, [](auto& c) { c.public_key.reset(); }},
      {"serial_hex", Reason::kMissingField, [](auto& c) { c.serial_hex = ""; }},
      {"serial_hex", Reason::kInvalidField, [](auto& c) { c.serial_hex = "0"; }},
      {"serial_hex", Reason::kInvalidField, [](auto& c) { c.serial_hex = "-1"; }},
      {"serial_hex", Reason::kInvalidField, [](auto& c) { c.serial_hex = "12G4"; }},
      {"serial_hex", Reason::kInvalidField, [](auto& c) { c.serial_hex = "80" + std::string(38, '0'); }},
      {"serial_hex", Reason::kNone, [](auto& c) { c.serial_hex = "7F" + std::string(38, '0'); }},
      {"not_before", Reason::kMissingField, [](auto& c) { c.not_before.reset(); }},
      {"not_after", Reason::kMissingField, [](auto& c) { c.not_after.reset(); }},
      {"not_after", Reason::kInvalidField, [](auto& c) { c.not_after = *c.not_before - absl::Seconds(1); }},
      {"not_after", Reason::kNone, [](auto& c) { c.not_after = *c.not_before; }},
      {"not_after", Reason::kInvalidField,
       [](auto& c) { c.not_after = Utc("9999-12-31T23:59:59Z") + absl::Seconds(1); }},
      {"not_after", Reason::kNone, [](auto& c) { c.not_after = Utc("9999-12-31T23:59:59Z"); }},
      {"key_usage", Reason::kMissingField, [](auto& c) { c.key_usage = {}; }},
      {"key_usage", Reason::kInvalidField, [](auto& c) { c.key_usage.certificate_sign = true; }},
      {"key_usage", Reason::kInvalidField, [](auto& c) { c.is_ca = true; }},
      {"path_length", Reason::kInvalidField, [](auto& c) { c.path_length = 0; }},
      {"policy_oid", Reason::kInvalidField, [](auto& c) { c.policy_oid = "1.2.x"; }},
      {"policy_oid", Reason::kInvalidField, [](auto& c) { c.policy_oid = "commonName"; }},
      {"policy_oid", Reason::kNone, [](auto& c) { c.policy_oid = ""; }},
      {"crl_issuer", Reason::kMissingField, [](auto& c) { c.crl_issuer.reset(); }},
      {"crl_url", Reason::kMissingField, [](auto& c) { c.crl_url = ""; }},
      {"crl_url", Reason::kInvalidField, [](auto& c) { c.crl_url = "https://a\nb"; }},
      {"dns_names", Reason::kInvalidField, [](auto& c) { c.dns_names = {"a b"}; }},
      {"dns_names", Reason::kInvalidField, [](auto& c) { c.dns_names = {""}; }},
      {"ip_addresses", Reason::kInvalidField, [](auto& c) { c.ip_addresses = {"127.0.0.256"}; }},
  };
  for (const Defect& defect : defects) {
    CertificateTemplate contents = LeafContents(*leaf_key_);
    defect.spoil(contents);
    const absl::Status status = IssueCertificate(contents, root_, *root_key_).status();
    EXPECT_EQ(ReasonOf(status), defect.reason) << defect.field << status;
    EXPECT_EQ(FieldOf(status), defect.reason == Reason::kNone ? "" : defect.field);
  }
}

TEST_F(CertificateBuilderTest, KeyOfTheIssuerMustFit) {
  EXPECT_EQ(ReasonOf(IssueCertificate(LeafContents(*leaf_key_), root_, *leaf_key_).status()),
            Reason::kKeyMismatch);
  EXPECT_EQ(ReasonOf(SelfSign(CaContents(*root_key_), *leaf_key_).status()), Reason::kKeyMismatch);
}

TEST_F(CertificateBuilderTest, RehearsalIsTheSameButForTheSignature) {
  const auto nobodys = crypto::SigningKey::Generate().value();
  const auto rehearsed = RehearseCertificate(LeafContents(*leaf_key_), root_, *nobodys);
  ASSERT_TRUE(rehearsed.ok()) << rehearsed.status();
  EXPECT_EQ(TbsOf(*rehearsed), TbsOf(Leaf()));
  EXPECT_FALSE(rehearsed->IsSignedBy(root_));
  EXPECT_TRUE(Leaf().IsSignedBy(root_));
  CertificateTemplate other = LeafContents(*leaf_key_);
  other.not_after = *other.not_after + absl::Seconds(1);
  EXPECT_NE(TbsOf(*RehearseCertificate(other, root_, *nobodys)), TbsOf(Leaf()));
}

TEST_F(CertificateBuilderTest, OnlyACaIssues) {
  const absl::Status status = IssueCertificate(LeafContents(*root_key_), Leaf(), *leaf_key_).status();
  EXPECT_EQ(ReasonOf(status), Reason::kInvalidField);
  EXPECT_EQ(FieldOf(status), "issuer");
}

TEST(MakeSerialTest, HasTheSpellingOfCertificateSerial) {
  EXPECT_EQ(*MakeSerial(FixedRandom("\xFF")), std::string(32, 'F'));
  EXPECT_EQ(*MakeSerial(FixedRandom(std::string("\x00\x0A", 2))), "A000A000A000A000A000A000A000A");
  EXPECT_EQ(ReasonOf(MakeSerial(FixedRandom(std::string(1, '\0'))).status()), Reason::kInternal);
}

}  // namespace
}  // namespace sti::pki
