// CRLs that python3-cryptography makes are read, those made here are judged by it and by the openssl program.
#include "common/pki/crl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/pem.h"
#include "common/pki/judges_testing.h"

namespace sti::pki {
namespace {

using testing::HasSubstr;

constexpr char kUrl[] = "https://pa.example.net/download/v1/crl";

DistinguishedName Name(const std::string& common_name) {
  return DistinguishedName::Create({"US", "Demo", common_name}).value();
}

class CrlTest : public testing::Test {
 protected:
  absl::StatusOr<std::shared_ptr<const VerifiedCrl>> Verify(absl::string_view crl) const {
    return VerifiedCrl::Verify(crl, chain_, root_, at_);
  }
  Reason VerifyReason(absl::string_view crl) const { return ReasonOf(Verify(crl).status()); }
  std::string Build(const CrlContents& contents) const { return BuildCrl(contents, signer_, *key_).value(); }
  CrlContents Contents(std::vector<RevokedEntry> entries) const {
    return {8, Utc("2025-01-01T00:00:00Z"), Utc("2025-02-01T00:00:00Z"), kUrl, std::move(entries), ""};
  }
  // A CRL of the demo signer by python3-cryptography; `changes` are Python statements on the builder `b`.
  std::string MadeByPython(absl::string_view changes) const {
    const std::string out = WriteScratch("python.crl", "");
    const Outcome made = RunPython(absl::StrCat(R"(
import datetime, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID as N
folder = 'tests/vectors/demo-pki/'
signer = x509.load_pem_x509_certificate(open(folder + 'pa-crl-signer.pem', 'rb').read())
key = serialization.load_pem_private_key(open(folder + 'pa-crl-signer.key', 'rb').read(), None)
day = lambda n: datetime.datetime(2025, 1, 1) + datetime.timedelta(n)
def name(cn):
    return x509.Name([x509.NameAttribute(N.COUNTRY_NAME, 'US'), x509.NameAttribute(N.ORGANIZATION_NAME, 'Demo'),
                      x509.NameAttribute(N.COMMON_NAME, cn)])
def entry(serial, issuer=None, reason=None, extensions=()):
    e = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(day(0))
    if issuer: e = e.add_extension(x509.CertificateIssuer([x509.DirectoryName(name(issuer))]), True)
    if reason: e = e.add_extension(x509.CRLReason(x509.ReasonFlags(reason)), False)
    for oid, critical in extensions:
        e = e.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), b'\5\0'), critical)
    return e.build()
def idp(users=False, cas=False, reasons=None, indirect=True, attributes=False, critical=True):
    reasons = reasons and frozenset(x509.ReasonFlags(r) for r in reasons)
    url = [x509.UniformResourceIdentifier('https://pa.example.net/download/v1/crl')]
    return x509.IssuingDistributionPoint(url, None, users, cas, reasons, indirect, attributes), critical
b = x509.CertificateRevocationListBuilder().issuer_name(signer.subject).last_update(day(0)).next_update(day(31))
digest = hashes.SHA256()
)",
                                                changes,
                                                "\nopen(sys.argv[1], 'wb').write(b.sign(key, digest)."
                                                "public_bytes(serialization.Encoding.DER))\n"),
                                   out);
    EXPECT_EQ(made.exit_code, 0) << made.output;
    return ReadFile(out);
  }

  Certificate signer_ = DemoCertificate("pa-crl-signer");
  Certificate root_ = DemoCertificate("pa-root");
  std::shared_ptr<const crypto::SigningKey> key_ = DemoKey("pa-crl-signer");
  std::vector<Certificate> chain_{signer_};
  absl::Time at_ = Utc("2025-01-10T00:00:00Z");
};

TEST_F(CrlTest, CrlOfTheDemoPkiIsRead) {
  const auto crl = Verify(ReadVector("demo-pki/crl.pem"));
  ASSERT_TRUE(crl.ok()) << crl.status();
  EXPECT_EQ((*crl)->number(), 7);
  EXPECT_EQ((*crl)->size(), 1U);
  EXPECT_EQ((*crl)->this_update(), Utc("2025-01-01T00:00:00Z"));
  EXPECT_EQ((*crl)->next_update(), Utc("2033-01-01T00:00:00Z"));
  EXPECT_TRUE((*crl)->IsRevoked(DemoCertificate("leaf5678-revoked")));
  EXPECT_FALSE((*crl)->IsRevoked(DemoCertificate("leaf1234")));
  EXPECT_FALSE((*crl)->IsRevoked(DemoCertificate("int")));
}

TEST_F(CrlTest, DerIsReadLikePem) {
  const auto blocks = codec::ParsePem(ReadVector("demo-pki/crl.pem"), 1);
  EXPECT_EQ(Verify(blocks->front().der).value()->size(), 1U);
}

TEST_F(CrlTest, SignerChainMayEndWithTheRoot) {
  chain_ = {signer_, root_};
  EXPECT_EQ(VerifyReason(ReadVector("demo-pki/crl.pem")), Reason::kNone);
}

TEST_F(CrlTest, SignerMayBePinnedItself) {
  root_ = signer_;
  EXPECT_EQ(VerifyReason(ReadVector("demo-pki/crl.pem")), Reason::kNone);
}

TEST_F(CrlTest, SignerMustLeadToTheRoot) {
  root_ = DemoCertificate("root");
  const auto crl = Verify(ReadVector("demo-pki/crl.pem"));
  EXPECT_EQ(ReasonOf(crl.status()), Reason::kCrlInvalid);
  EXPECT_THAT(std::string(crl.status().message()), HasSubstr("CERTIFICATE_UNTRUSTED"));
  chain_ = {};
  EXPECT_EQ(VerifyReason(ReadVector("demo-pki/crl.pem")), Reason::kCrlInvalid);
}

TEST_F(CrlTest, SignerMustBeValidAndAllowedToSignCrls) {
  at_ = Utc("2034-06-01T00:00:00Z");
  EXPECT_EQ(VerifyReason(ReadVector("demo-pki/crl.pem")), Reason::kCrlInvalid);
  at_ = Utc("2025-01-10T00:00:00Z");
  chain_ = {DemoCertificate("pa-token-signer")};
  EXPECT_EQ(VerifyReason(ReadVector("demo-pki/crl.pem")), Reason::kCrlInvalid);
  chain_ = {root_};
  EXPECT_EQ(VerifyReason(ReadVector("demo-pki/crl.pem")), Reason::kCrlInvalid);
}

TEST_F(CrlTest, SignatureMustFit) {
  std::string der = codec::ParsePem(ReadVector("demo-pki/crl.pem"), 1)->front().der;
  const size_t place = der.find("\x57\x3C\x2F\x48");  // the revoked serial
  ASSERT_NE(place, std::string::npos);
  der[place] = '\x58';
  EXPECT_EQ(VerifyReason(der), Reason::kCrlInvalid);
}

TEST_F(CrlTest, IssuerMustBeTheSigner) {
  EXPECT_EQ(VerifyReason(MadeByPython("b = x509.CertificateRevocationListBuilder().issuer_name(name('other'))"
                                      ".last_update(day(0)).next_update(day(31))")),
            Reason::kCrlInvalid);
}

TEST_F(CrlTest, NextUpdateIsTheLastSecond) {
  const std::string crl = Build(Contents({}));
  at_ = Utc("2025-02-01T00:00:00.5Z");
  EXPECT_EQ(VerifyReason(crl), Reason::kNone);
  at_ = Utc("2025-02-01T00:00:01Z");
  EXPECT_EQ(VerifyReason(crl), Reason::kCrlExpired);
}

TEST_F(CrlTest, ThisUpdateMayBeAheadByTheSkew) {
  const std::string crl = Build(Contents({}));
  at_ = Utc("2024-12-31T23:55:00Z");
  EXPECT_EQ(VerifyReason(crl), Reason::kNone);
  at_ = Utc("2024-12-31T23:54:59Z");
  EXPECT_EQ(VerifyReason(crl), Reason::kCrlInvalid);
}

TEST_F(CrlTest, CertificateIssuerCarriesOver) {
  const auto crl = Verify(MadeByPython(R"(
b = b.add_extension(*idp())
for e in [entry(1), entry(2, 'CA one'), entry(3), entry(4, 'CA two'), entry(5)]:
    b = b.add_revoked_certificate(e)
)"));
  ASSERT_TRUE(crl.ok()) << crl.status();
  EXPECT_EQ((*crl)->size(), 5U);
  EXPECT_TRUE((*crl)->IsRevoked(signer_.subject(), "1"));  // by default the CRL's own issuer
  EXPECT_TRUE((*crl)->IsRevoked(Name("CA one"), "2"));
  EXPECT_TRUE((*crl)->IsRevoked(Name("CA one"), "3"));
  EXPECT_TRUE((*crl)->IsRevoked(Name("CA two"), "4"));
  EXPECT_TRUE((*crl)->IsRevoked(Name("CA two"), "5"));
  EXPECT_FALSE((*crl)->IsRevoked(Name("CA one"), "1"));
  EXPECT_FALSE((*crl)->IsRevoked(Name("CA one"), "4"));
  EXPECT_FALSE((*crl)->IsRevoked(Name("CA two"), "3"));
}

TEST_F(CrlTest, IssuersAreComparedAsNames) {
  const auto crl =
      Verify(MadeByPython("b = b.add_extension(*idp()).add_revoked_certificate(entry(2, '  ca  ONE '))"));
  EXPECT_TRUE(crl.value()->IsRevoked(Name("CA one"), "2"));
}

TEST_F(CrlTest, EveryReasonRevokesButRemoval) {
  const auto crl = Verify(MadeByPython(R"(
b = b.add_extension(*idp())
for e in [entry(16, 'CA', 'keyCompromise'), entry(17, None, 'certificateHold'), entry(18, None, 'removeFromCRL'),
          entry(19, None, 'unspecified')]:
    b = b.add_revoked_certificate(e)
)"));
  ASSERT_TRUE(crl.ok()) << crl.status();
  EXPECT_TRUE((*crl)->IsRevoked(Name("CA"), "10"));
  EXPECT_TRUE((*crl)->IsRevoked(Name("CA"), "11"));
  EXPECT_FALSE((*crl)->IsRevoked(Name("CA"), "12"));
  EXPECT_TRUE((*crl)->IsRevoked(Name("CA"), "13"));
  EXPECT_EQ((*crl)->size(), 3U);
}

TEST_F(CrlTest, IssuingPointMustNotLimitTheScope) {
  EXPECT_EQ(VerifyReason(MadeByPython("b = b.add_extension(*idp())")), Reason::kNone);
  EXPECT_EQ(VerifyReason(MadeByPython("b = b.add_extension(*idp(indirect=False))")), Reason::kNone);
  EXPECT_EQ(VerifyReason(MadeByPython("pass")), Reason::kNone);  // no IDP
  EXPECT_EQ(VerifyReason(MadeByPython("b = b.add_extension(*idp(users=True, indirect=False))")),
            Reason::kCrlInvalid);
  EXPECT_EQ(VerifyReason(MadeByPython("b = b.add_extension(*idp(cas=True, indirect=False, critical=False))")),
            Reason::kCrlInvalid);
  EXPECT_EQ(VerifyReason(MadeByPython("b = b.add_extension(*idp(attributes=True, indirect=False))")),
            Reason::kCrlInvalid);
  EXPECT_EQ(VerifyReason(MadeByPython("b = b.add_extension(*idp(reasons=['keyCompromise']))")),
            Reason::kCrlInvalid);
}

// RFC 5280 s5.2.5 and s5.3.3: else it speaks of its own issuer's certificates only, and one that lists others
// is not what its maker thinks.
TEST_F(CrlTest, OnlyAnIndirectCrlListsCertificatesOfOthers) {
  const auto with = [this](absl::string_view point, absl::string_view entry) {
    return MadeByPython(absl::StrCat("b = b", point, ".add_revoked_certificate(", entry, ")"));
  };
  const char* others = "entry(2, 'CA')";
  EXPECT_EQ(VerifyReason(with(".add_extension(*idp())", others)), Reason::kNone);
  EXPECT_EQ(VerifyReason(with(".add_extension(*idp(critical=False))", others)), Reason::kCrlInvalid);
  EXPECT_EQ(VerifyReason(with(".add_extension(*idp(indirect=False))", others)), Reason::kCrlInvalid);
  EXPECT_EQ(VerifyReason(with("", others)), Reason::kCrlInvalid);
  const auto own = Verify(with("", "entry(2)"));
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ((*own)->issuer(), signer_.subject());
  EXPECT_TRUE((*own)->IsRevoked((*own)->issuer(), "2"));
  EXPECT_FALSE((*own)->IsRevoked(Name("CA"), "2"));
}

TEST_F(CrlTest, UnknownCriticalExtensionsAreRefused) {
  const std::string unknown = "x509.UnrecognizedExtension(x509.ObjectIdentifier('1.2.3.4'), b'\\5\\0')";
  EXPECT_EQ(VerifyReason(MadeByPython(absl::StrCat("b = b.add_extension(", unknown, ", False)"))),
            Reason::kNone);
  EXPECT_EQ(VerifyReason(MadeByPython(absl::StrCat("b = b.add_extension(", unknown, ", True)"))),
            Reason::kCrlInvalid);
  EXPECT_EQ(
      VerifyReason(MadeByPython("b = b.add_revoked_certificate(entry(1, extensions=[('1.2.3.4', False)]))")),
      Reason::kNone);
  EXPECT_EQ(
      VerifyReason(MadeByPython("b = b.add_revoked_certificate(entry(1, extensions=[('1.2.3.4', True)]))")),
      Reason::kCrlInvalid);
}

TEST_F(CrlTest, DeltaIsRefused) {
  EXPECT_EQ(VerifyReason(MadeByPython("b = b.add_extension(x509.DeltaCRLIndicator(3), True)")),
            Reason::kCrlInvalid);
}

TEST_F(CrlTest, NumberFits63Bits) {
  EXPECT_EQ(Verify(MadeByPython("b = b.add_extension(x509.CRLNumber(2**63 - 1), False)")).value()->number(),
            INT64_MAX);
  EXPECT_EQ(VerifyReason(MadeByPython("b = b.add_extension(x509.CRLNumber(2**63), False)")),
            Reason::kCrlInvalid);
  EXPECT_EQ(Verify(MadeByPython("pass")).value()->number(), 0);
}

TEST_F(CrlTest, DigestsAreThoseOfTheProfile) {
  EXPECT_EQ(VerifyReason(MadeByPython("digest = hashes.SHA384()")), Reason::kNone);
  EXPECT_EQ(VerifyReason(MadeByPython("digest = hashes.SHA512()")), Reason::kCrlInvalid);
}

TEST_F(CrlTest, BrokenTextIsRefused) {
  const std::string der = Build(Contents({}));
  EXPECT_EQ(VerifyReason(""), Reason::kCrlInvalid);
  EXPECT_EQ(VerifyReason(der + "x"), Reason::kCrlInvalid);
  EXPECT_EQ(VerifyReason(der.substr(0, der.size() - 1)), Reason::kCrlInvalid);
  EXPECT_EQ(VerifyReason("<html>404</html>"), Reason::kCrlInvalid);
  EXPECT_EQ(VerifyReason("-----BEGIN X509 CRL-----\n!\n-----END X509 CRL-----\n"), Reason::kCrlInvalid);
  EXPECT_EQ(VerifyReason(DemoCertificate("leaf1234").der()), Reason::kCrlInvalid);
}

TEST_F(CrlTest, SizeIsLimitedBeforeParsing) {
  EXPECT_EQ(VerifyReason(std::string(limits::kCrl + 1, '0')), Reason::kTooLarge);
}

TEST_F(CrlTest, OpensslVerifiesWhatIsBuilt) {
  const std::string crl = WriteScratch("built.crl", Build(Contents({{Name("CA"), "AB", at_, 1}})));
  const Outcome verified = RunShell(absl::StrCat("openssl crl -inform DER -noout -text -verify -CAfile ",
                                                 WriteScratch("signer.pem", signer_.Pem()), " -in ", crl));
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("verify OK"));
  EXPECT_THAT(verified.output, HasSubstr("Indirect CRL"));
}

TEST_F(CrlTest, PythonReadsWhatIsBuilt) {
  const std::string path = WriteScratch("built.crl", Build(Contents({{Name("CA two"), "0b", at_, 0},
                                                                     {Name("CA one"), "AA", at_, 4},
                                                                     {Name("CA two"), "C", at_, 1},
                                                                     {signer_.subject(), "FF", at_, 0}})));
  const Outcome read = RunPython(R"(
import sys
from cryptography import x509
c = x509.load_der_x509_crl(open(sys.argv[1], 'rb').read())
signer = x509.load_pem_x509_certificate(open('tests/vectors/demo-pki/pa-crl-signer.pem', 'rb').read())
print(c.is_signature_valid(signer.public_key()), c.issuer == signer.subject, c.signature_algorithm_oid.dotted_string)
print(c.last_update.isoformat(), c.next_update.isoformat())
for e in c.extensions:
    print(e.oid.dotted_string, e.critical)
print(c.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
point = c.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
print(point.indirect_crl, [n.value for n in point.full_name], point.only_contains_user_certs)
aki = c.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
print(aki == signer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest)
for r in sorted(([e.oid._name + ':' + str(e.critical) + ':' + (e.value.reason.name if e.oid._name == 'cRLReason'
                 else e.value.get_values_for_type(x509.DirectoryName)[0].rfc4514_string()) for e in r.extensions],
                 '%X' % r.serial_number, r.revocation_date.isoformat()) for r in c):
    print(r)
)",
                                 path);
  EXPECT_EQ(read.exit_code, 0) << read.output;
  EXPECT_EQ(read.output,
            "True True 1.2.840.10045.4.3.2\n2025-01-01T00:00:00 2025-02-01T00:00:00\n"
            "2.5.29.35 False\n2.5.29.20 False\n2.5.29.28 True\n8\n"
            "True ['https://pa.example.net/download/v1/crl'] False\nTrue\n"
            "(['cRLReason:False:key_compromise'], 'C', '2025-01-10T00:00:00')\n"
            "(['cRLReason:False:superseded', 'certificateIssuer:True:CN=CA one,O=Demo,C=US'], 'AA', "
            "'2025-01-10T00:00:00')\n"
            "(['certificateIssuer:True:CN=CA two,O=Demo,C=US'], 'B', '2025-01-10T00:00:00')\n"
            "(['certificateIssuer:True:CN=STI-PA CRL,O=Demo STI-PA,C=US'], 'FF', '2025-01-10T00:00:00')\n");
}

TEST_F(CrlTest, WhatIsBuiltIsWhatIsRead) {
  const auto crl = Verify(Build(Contents({{Name("CA two"), "0b", at_, 0},
                                          {Name("CA one"), "aa", at_, 4},
                                          {Name("CA two"), "C", at_, 1},
                                          {Name("CA two"), "C", at_, 1},
                                          {signer_.subject(), "FF", at_, 6}})));
  ASSERT_TRUE(crl.ok()) << crl.status();
  EXPECT_EQ((*crl)->number(), 8);
  EXPECT_EQ((*crl)->size(), 4U);
  EXPECT_TRUE((*crl)->IsRevoked(Name("CA one"), "AA"));
  EXPECT_TRUE((*crl)->IsRevoked(Name("CA two"), "B"));
  EXPECT_TRUE((*crl)->IsRevoked(Name("CA two"), "C"));
  EXPECT_TRUE((*crl)->IsRevoked(signer_.subject(), "FF"));
  EXPECT_FALSE((*crl)->IsRevoked(Name("CA one"), "B"));
}

TEST_F(CrlTest, PlaceOfTheSignersChainStandsInTheCrl) {
  CrlContents contents = Contents({{Name("CA"), "AB", at_, 1}});
  contents.signer_url = "https://pa.example.net/download/v1/certificate/crl.crt";
  const std::string crl = Build(contents);
  EXPECT_TRUE(Verify(crl).ok());
  const Outcome read = RunPython(R"(
import sys
from cryptography import x509
c = x509.load_der_x509_crl(open(sys.argv[1], 'rb').read())
e = c.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
print(e.critical, [(d.access_method._name, d.access_location.value) for d in e.value])
)",
                                 WriteScratch("access.crl", crl));
  EXPECT_EQ(read.output, "False [('caIssuers', 'https://pa.example.net/download/v1/certificate/crl.crt')]\n");
}

TEST_F(CrlTest, EmptyCrlRevokesNobody) {
  const auto crl = Verify(Build(Contents({})));
  ASSERT_TRUE(crl.ok()) << crl.status();
  EXPECT_EQ((*crl)->size(), 0U);
  EXPECT_FALSE((*crl)->IsRevoked(DemoCertificate("leaf1234")));
}

TEST_F(CrlTest, WrongContentsAreNotSigned) {
  const auto build = [&](const CrlContents& contents) { return BuildCrl(contents, signer_, *key_).status(); };
  const absl::Status serial = build(Contents({{Name("CA"), "1", at_, 0}, {Name("CA"), "1x", at_, 0}}));
  EXPECT_EQ(ReasonOf(serial), Reason::kInvalidField);
  EXPECT_EQ(FieldOf(serial), "entries[1].serial");
  EXPECT_EQ(FieldOf(build(Contents({{Name("CA"), "1", at_, 7}}))), "entries[0].reason_code");
  EXPECT_EQ(FieldOf(build(Contents({{Name("CA"), "1", at_, 8}}))), "entries[0].reason_code");
  EXPECT_EQ(FieldOf(build(Contents({{Name("CA"), "1", at_, 11}}))), "entries[0].reason_code");
  CrlContents backwards = Contents({});
  backwards.next_update = backwards.this_update - absl::Seconds(1);
  EXPECT_EQ(FieldOf(build(backwards)), "next_update");
  EXPECT_EQ(ReasonOf(BuildCrl(Contents({}), signer_, *DemoKey("leaf1234")).status()), Reason::kKeyMismatch);
}

TEST_F(CrlTest, ManyEntriesAreListed) {
  constexpr int kEntries = 20000;
  std::vector<RevokedEntry> entries;
  const std::vector<DistinguishedName> issuers = {Name("CA one"), Name("CA two"), Name("CA three")};
  for (int i = 0; i < kEntries; ++i) {
    entries.push_back({issuers[static_cast<size_t>(i) % 3], absl::StrFormat("%X", i + 1), at_, 1});
  }
  const auto crl = Verify(Build(Contents(entries)));
  ASSERT_TRUE(crl.ok()) << crl.status();
  EXPECT_EQ((*crl)->size(), static_cast<size_t>(kEntries));
  for (int i = 0; i < kEntries; i += 997) {
    const std::string serial = absl::StrFormat("%X", i + 1);
    EXPECT_TRUE((*crl)->IsRevoked(issuers[static_cast<size_t>(i) % 3], serial)) << i;
    EXPECT_FALSE((*crl)->IsRevoked(issuers[static_cast<size_t>(i + 1) % 3], serial)) << i;
  }
}

}  // namespace
}  // namespace sti::pki
