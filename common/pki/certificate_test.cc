#include "common/pki/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/pki/judges_testing.h"

namespace sti::pki {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

Reason ParseReason(absl::string_view der) { return ReasonOf(Certificate::ParseDer(der).status()); }
Reason ChainReason(absl::string_view body) { return ReasonOf(CertificateChain::Parse(body).status()); }

std::string Hex(absl::string_view octets) { return absl::AsciiStrToUpper(absl::BytesToHexString(octets)); }

TEST(CertificateTest, LeafOfTheDemoPkiIsRead) {
  const Certificate leaf = DemoCertificate("leaf1234");
  EXPECT_EQ(leaf.subject().Text(), "CN=SHAKEN 1234,O=Demo Carrier,C=US");
  EXPECT_EQ(leaf.issuer().Text(), "CN=Demo SHAKEN Issuing CA 1,O=Demo STI-CA,C=US");
  EXPECT_EQ(leaf.serial(), "6320BC5E825DCA650576BEF28A6977DC");
  EXPECT_EQ(leaf.not_before(), Utc("2024-01-01T00:00:00Z"));
  EXPECT_EQ(leaf.not_after(), Utc("2033-01-01T00:00:00Z"));
  EXPECT_FALSE(leaf.is_ca());
  EXPECT_EQ(leaf.path_length(), std::nullopt);
  EXPECT_TRUE(leaf.has_key_usage());
  EXPECT_TRUE(leaf.may_sign_data());
  EXPECT_FALSE(leaf.may_sign_certificates());
  EXPECT_FALSE(leaf.may_sign_crls());
  EXPECT_FALSE(leaf.has_unknown_critical_extension());
  EXPECT_FALSE(leaf.has_narrow_extended_key_usage());
  EXPECT_EQ(Hex(leaf.subject_key_id()), "F5FE82515F9A6C8C0E9E28DB2FC8EB293A833F15");
  EXPECT_EQ(Hex(leaf.authority_key_id()), "EEB23656A17626B960CF400F45FA45462C5C2EB7");
  EXPECT_THAT(leaf.tn_auth_list()->Spcs(), ElementsAre("1234"));
  EXPECT_FALSE(leaf.claim_constraints().has_value());
  EXPECT_EQ(leaf.crl_url(), "https://pa.example.net/download/v1/crl");
  EXPECT_THAT(leaf.policies(), testing::ElementsAre("2.16.840.1.114569.1.1.4"));
  EXPECT_EQ(leaf.crl_issuer(), DemoCertificate("pa-crl-signer").subject());
  EXPECT_TRUE(leaf.is_p256());
  EXPECT_FALSE(leaf.is_p384());
  EXPECT_TRUE(leaf.Es256Key().value() == DemoKey("leaf1234")->public_key());
}

TEST(CertificateTest, CasOfTheDemoPkiAreRead) {
  const Certificate root = DemoCertificate("root");
  EXPECT_TRUE(root.is_ca());
  EXPECT_TRUE(root.may_sign_certificates());
  EXPECT_THAT(root.policies(), testing::IsEmpty());
  EXPECT_FALSE(root.may_sign_data());
  EXPECT_TRUE(root.IsSelfIssued());
  EXPECT_EQ(root.crl_url(), "");
  EXPECT_EQ(root.crl_issuer(), std::nullopt);
  EXPECT_EQ(root.tn_auth_list(), std::nullopt);
  EXPECT_EQ(root.authority_key_id(), "");
  EXPECT_FALSE(DemoCertificate("int").IsSelfIssued());
  EXPECT_TRUE(DemoCertificate("pa-crl-signer").may_sign_crls());
}

TEST(CertificateTest, SignaturesOfTheDemoPkiAreChecked) {
  const Certificate root = DemoCertificate("root");
  const Certificate issuing = DemoCertificate("int");
  const Certificate leaf = DemoCertificate("leaf1234");
  EXPECT_TRUE(root.IsSignedBy(root));
  EXPECT_TRUE(issuing.IsSignedBy(root));
  EXPECT_TRUE(leaf.IsSignedBy(issuing));
  EXPECT_FALSE(leaf.IsSignedBy(root));
  EXPECT_FALSE(root.IsSignedBy(leaf));
}

TEST(CertificateTest, CertificateInUseIsRead) {
  const auto leaf = Certificate::ParseDer(ReadVector("real-leaf-848J.der"));
  ASSERT_TRUE(leaf.ok()) << leaf.status();
  EXPECT_EQ(leaf->serial(), "48F7012BDA86B94BF91061287414FA18");
  EXPECT_EQ(leaf->subject().CommonName(), "SHAKEN 848J");
  EXPECT_THAT(leaf->tn_auth_list()->Spcs(), ElementsAre("848J"));
  EXPECT_EQ(leaf->crl_url(), "https://authenticate-api.iconectiv.com/download/v1/crl");
  EXPECT_EQ(leaf->crl_issuer()->Text(), "O=STI-PA,C=US,CN=STI-PA CRL,ST=NJ,L=Bridgewater");
  EXPECT_EQ(leaf->not_before(), Utc("2023-01-08T20:29:36Z"));
  EXPECT_EQ(leaf->not_after(), Utc("2023-01-15T20:29:35Z"));
}

TEST(CertificateTest, CertificateOfRfc9118IsRead) {
  const auto leaf = Certificate::ParsePem(ReadVector("rfc9118.pem"));
  ASSERT_TRUE(leaf.ok()) << leaf.status();
  ASSERT_TRUE(leaf->claim_constraints().has_value());
  EXPECT_THAT(leaf->claim_constraints()->must_include, ElementsAre("confidence"));
  EXPECT_THAT(leaf->claim_constraints()->must_exclude, ElementsAre("priority"));
  EXPECT_THAT(leaf->tn_auth_list()->Spcs(), ElementsAre("1234"));
  EXPECT_FALSE(leaf->has_unknown_critical_extension());
}

// Certificates that the openssl program makes from a config; what differs is put into `extensions`.
std::string MadeByOpenssl(absl::string_view extensions,
                          absl::string_view key_options = "EC -pkeyopt ec_paramgen_curve:P-256",
                          absl::string_view more = "") {
  const std::string config = WriteScratch(
      "x.cnf",
      absl::StrCat(
          "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\nutf8=yes\n[dn]\nC=US\nO=Made by "
          "openssl\n"
          "CN=SHAKEN "
          "1234\n[tn]\nf=EXP:0,IA5:1234\n[implicit]\nf=IMP:0,IA5:1234\n[cc]\nm=EXP:0,SEQUENCE:names\n"
          "[names]\nn=IA5:foo\n[ext]\n",
          extensions, "\n"));
  const std::string key = WriteScratch("x.key", "");
  const std::string out = WriteScratch("x.der", "");
  const Outcome made = RunShell(absl::StrCat("openssl genpkey -quiet -algorithm ", key_options, " -out ", key,
                                             " && openssl req -new -x509 -days 30 -config ", config, " -key ",
                                             key, " -outform DER -out ", out, " ", more));
  EXPECT_EQ(made.exit_code, 0) << made.output;
  return ReadFile(out);
}

constexpr char kTn[] = "1.3.6.1.5.5.7.1.26=ASN1:SEQUENCE:tn\n";

TEST(CertificateTest, TnAuthListMadeByOpensslIsRead) {
  const auto leaf = Certificate::ParseDer(MadeByOpenssl(kTn));
  ASSERT_TRUE(leaf.ok()) << leaf.status();
  EXPECT_THAT(leaf->tn_auth_list()->Spcs(), ElementsAre("1234"));
  EXPECT_FALSE(leaf->is_ca());
  EXPECT_FALSE(leaf->has_key_usage());
  EXPECT_TRUE(leaf->may_sign_certificates());  // no KeyUsage: RFC 5280 s6.1.4 (n)
  EXPECT_FALSE(leaf->may_sign_data());
  EXPECT_FALSE(leaf->may_sign_crls());
}

TEST(CertificateTest, TnAuthListWithImplicitTagIsRefused) {
  EXPECT_EQ(ParseReason(MadeByOpenssl("1.3.6.1.5.5.7.1.26=ASN1:SEQUENCE:implicit")),
            Reason::kTnAuthListInvalid);
}

TEST(CertificateTest, BasicConstraintsAndKeyUsageAreRead) {
  const auto ca = Certificate::ParseDer(
      MadeByOpenssl("basicConstraints=critical,CA:TRUE,pathlen:1\nkeyUsage=critical,keyCertSign,cRLSign"));
  ASSERT_TRUE(ca.ok()) << ca.status();
  EXPECT_TRUE(ca->is_ca());
  EXPECT_EQ(ca->path_length(), 1);
  EXPECT_TRUE(ca->may_sign_certificates());
  EXPECT_TRUE(ca->may_sign_crls());
  EXPECT_FALSE(ca->may_sign_data());
}

TEST(CertificateTest, HugePathLengthStaysHarmless) {
  const auto ca =
      Certificate::ParseDer(MadeByOpenssl("basicConstraints=critical,CA:TRUE,pathlen:2000000000"));
  ASSERT_TRUE(ca.ok()) << ca.status();
  EXPECT_EQ(ca->path_length(), static_cast<int>(limits::kChainCertificates));
}

TEST(CertificateTest, PathLengthMeansNothingWithoutCa) {
  const auto leaf = Certificate::ParseDer(MadeByOpenssl("basicConstraints=critical,CA:FALSE,pathlen:1"));
  ASSERT_TRUE(leaf.ok()) << leaf.status();
  EXPECT_EQ(leaf->path_length(), std::nullopt);
}

TEST(CertificateTest, OnlyCriticalExtensionsThatAreNotProcessedCount) {
  const auto unknown = [](absl::string_view extensions) {
    return Certificate::ParseDer(MadeByOpenssl(extensions)).value().has_unknown_critical_extension();
  };
  EXPECT_TRUE(unknown("1.2.3.4=critical,ASN1:NULL"));
  EXPECT_FALSE(unknown("1.2.3.4=ASN1:NULL"));
  EXPECT_TRUE(unknown("nameConstraints=critical,permitted;DNS:example.org"));
  EXPECT_TRUE(unknown("policyConstraints=critical,requireExplicitPolicy:0"));
  EXPECT_TRUE(unknown("inhibitAnyPolicy=critical,0"));
  EXPECT_FALSE(
      unknown("keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,anyExtendedKeyUsage\n"
              "subjectAltName=critical,DNS:a.example\ncertificatePolicies=critical,1.2.3\n"
              "crlDistributionPoints=critical,URI:https://a.example/crl\n"
              "1.3.6.1.5.5.7.1.26=critical,ASN1:SEQUENCE:tn\n1.3.6.1.5.5.7.1.27=critical,ASN1:SEQUENCE:cc"));
}

// None is for STIR, so that a critical one without "any" forbids what the certificate is used for.
TEST(CertificateTest, ACriticalExtendedKeyUsageMustAllowAny) {
  const auto unknown = [](absl::string_view extensions) {
    return Certificate::ParseDer(MadeByOpenssl(extensions)).value().has_unknown_critical_extension();
  };
  EXPECT_TRUE(unknown("extendedKeyUsage=critical,serverAuth"));
  EXPECT_FALSE(unknown("extendedKeyUsage=serverAuth"));
  EXPECT_FALSE(unknown("extendedKeyUsage=critical,serverAuth,anyExtendedKeyUsage"));
}

TEST(CertificateTest, ExtendedKeyUsageNarrowsUnlessItSaysAny) {
  EXPECT_TRUE(
      Certificate::ParseDer(MadeByOpenssl("extendedKeyUsage=serverAuth"))->has_narrow_extended_key_usage());
  EXPECT_FALSE(Certificate::ParseDer(MadeByOpenssl("extendedKeyUsage=serverAuth,anyExtendedKeyUsage"))
                   ->has_narrow_extended_key_usage());
}

TEST(CertificateTest, BothClaimConstraintsAreRefused) {
  EXPECT_EQ(
      ParseReason(MadeByOpenssl("1.3.6.1.5.5.7.1.27=ASN1:SEQUENCE:cc\n1.3.6.1.5.5.7.1.33=ASN1:SEQUENCE:cc")),
      Reason::kCertificateMalformed);
  EXPECT_EQ(ParseReason(MadeByOpenssl("1.3.6.1.5.5.7.1.33=ASN1:SEQUENCE:cc")), Reason::kNone);
}

TEST(CertificateTest, ExtensionTwiceIsRefused) {
  EXPECT_EQ(ParseReason(MadeByOpenssl("1.2.3.4=ASN1:NULL\n1.2.3.5=ASN1:NULL")), Reason::kNone);
  // The openssl program refuses to write it: the last arc of the second identifier is made equal in the DER.
  std::string der = MadeByOpenssl("1.2.3.4=ASN1:NULL\n1.2.3.5=ASN1:NULL");
  const size_t place = der.find("\x06\x03\x2a\x03\x05");
  ASSERT_NE(place, std::string::npos);
  der[place + 4] = '\x04';
  EXPECT_EQ(ParseReason(der), Reason::kCertificateMalformed);
}

TEST(CertificateTest, ExtensionsThatCannotBeDecodedAreRefused) {
  EXPECT_EQ(ParseReason(MadeByOpenssl("2.5.29.19=ASN1:NULL")),
            Reason::kCertificateMalformed);  // BasicConstraints
  EXPECT_EQ(ParseReason(MadeByOpenssl("2.5.29.15=ASN1:NULL")), Reason::kCertificateMalformed);  // KeyUsage
  EXPECT_EQ(ParseReason(MadeByOpenssl("2.5.29.31=ASN1:NULL")), Reason::kCertificateMalformed);  // CRL points
  EXPECT_EQ(ParseReason(MadeByOpenssl("1.3.6.1.5.5.7.1.27=ASN1:NULL")), Reason::kCertificateMalformed);
}

TEST(CertificateTest, OtherKeysAreReadAndNotUsed) {
  for (const char* options :
       {"RSA -pkeyopt rsa_keygen_bits:2048", "ED25519", "EC -pkeyopt ec_paramgen_curve:P-521",
        "EC -pkeyopt ec_paramgen_curve:secp256k1"}) {
    const auto certificate = Certificate::ParseDer(MadeByOpenssl(kTn, options));
    ASSERT_TRUE(certificate.ok()) << options << certificate.status();
    EXPECT_FALSE(certificate->is_p256()) << options;
    EXPECT_FALSE(certificate->is_p384()) << options;
    EXPECT_EQ(ReasonOf(certificate->Es256Key().status()), Reason::kCertificateKeyUnsupported) << options;
    EXPECT_FALSE(certificate->IsSignedBy(*certificate)) << options;
  }
}

TEST(CertificateTest, CurveSpelledOutInParametersIsNotP256) {
  const auto certificate = Certificate::ParseDer(
      MadeByOpenssl(kTn, "EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit"));
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_FALSE(certificate->is_p256());
}

TEST(CertificateTest, P384IsKnown) {
  const auto certificate =
      Certificate::ParseDer(MadeByOpenssl(kTn, "EC -pkeyopt ec_paramgen_curve:P-384", "-sha384"));
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_TRUE(certificate->is_p384());
  EXPECT_FALSE(certificate->is_p256());
  EXPECT_TRUE(certificate->IsSignedBy(*certificate));
}

TEST(CertificateTest, Sha512SignatureDoesNotCount) {
  const auto certificate =
      Certificate::ParseDer(MadeByOpenssl(kTn, "EC -pkeyopt ec_paramgen_curve:P-256", "-sha512"));
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_FALSE(certificate->IsSignedBy(*certificate));
}

TEST(CertificateTest, SerialLosesLeadingZeros) {
  const std::string key = "EC -pkeyopt ec_paramgen_curve:P-256";
  EXPECT_EQ(Certificate::ParseDer(MadeByOpenssl(kTn, key, "-set_serial 0x0a"))->serial(), "A");
  EXPECT_EQ(Certificate::ParseDer(MadeByOpenssl(kTn, key, "-set_serial 0xff01"))->serial(), "FF01");
  EXPECT_EQ(Certificate::ParseDer(MadeByOpenssl(kTn, key, "-set_serial 0"))->serial(), "0");
}

TEST(CertificateTest, OctetsAroundTheDerAreRefused) {
  const std::string der = DemoCertificate("leaf1234").der();
  EXPECT_EQ(ParseReason(""), Reason::kCertificateMalformed);
  EXPECT_EQ(ParseReason(der + std::string(1, '\0')), Reason::kCertificateMalformed);
  EXPECT_EQ(ParseReason(der + der), Reason::kCertificateMalformed);
  EXPECT_EQ(ParseReason(der.substr(0, der.size() - 1)), Reason::kCertificateMalformed);
}

// The same certificate in other octets would be another one to every set that compares octets.
TEST(CertificateTest, BerAroundTheSignedPartIsRefused) {
  std::string ber = DemoCertificate("leaf1234").der();
  ASSERT_EQ(ber.substr(0, 2), "\x30\x82");
  ber.replace(0, 2, "\x30\x83\x00", 3);  // length in three octets instead of two
  EXPECT_EQ(ParseReason(ber), Reason::kCertificateMalformed);
}

TEST(CertificateTest, SizeIsLimitedBeforeParsing) {
  EXPECT_EQ(ParseReason(std::string(limits::kCertificate, '0')), Reason::kCertificateMalformed);
  EXPECT_EQ(ParseReason(std::string(limits::kCertificate + 1, '0')), Reason::kTooLarge);
}

TEST(CertificateTest, PemIsOneCertificate) {
  const std::string pem = ReadVector("demo-pki/leaf1234.pem");
  const auto leaf = Certificate::ParsePem(pem);
  ASSERT_TRUE(leaf.ok()) << leaf.status();
  EXPECT_EQ(leaf->Pem(), pem);
  EXPECT_EQ(ReasonOf(Certificate::ParsePem(pem + pem).status()), Reason::kCertificateMalformed);
  EXPECT_EQ(ReasonOf(Certificate::ParsePem("").status()), Reason::kCertificateMalformed);
  EXPECT_EQ(ReasonOf(Certificate::ParsePem(absl::StrReplaceAll(pem, {{"CERTIFICATE", "X509 CRL"}})).status()),
            Reason::kCertificateMalformed);
}

TEST(CertificateChainTest, PemOfSeveralIsReadInOrder) {
  const auto chain = CertificateChain::Parse(ReadVector("demo-pki/chain1234.pem"));
  ASSERT_TRUE(chain.ok()) << chain.status();
  ASSERT_THAT(chain->certificates(), SizeIs(2));
  EXPECT_EQ(chain->leaf().der(), DemoCertificate("leaf1234").der());
  EXPECT_EQ(chain->certificates()[1].der(), DemoCertificate("int").der());
  EXPECT_EQ(chain->Pem(), ReadVector("demo-pki/chain1234.pem"));
}

TEST(CertificateChainTest, TextAroundBlocksIsPassedOver) {
  const std::string pem = ReadVector("demo-pki/leaf1234.pem");
  EXPECT_EQ(ChainReason(absl::StrCat("0 s:CN = SHAKEN 1234\r\n", absl::StrReplaceAll(pem, {{"\n", "\r\n"}}),
                                     "bye\n")),
            Reason::kNone);
}

TEST(CertificateChainTest, BareDerIsAChainOfOne) {
  const auto chain = CertificateChain::Parse(ReadVector("real-leaf-848J.der"));
  ASSERT_TRUE(chain.ok()) << chain.status();
  EXPECT_THAT(chain->certificates(), SizeIs(1));
}

TEST(CertificateChainTest, OtherBodiesAreRefused) {
  const std::string pem = ReadVector("demo-pki/leaf1234.pem");
  EXPECT_EQ(ChainReason(""), Reason::kCertificateMalformed);
  EXPECT_EQ(ChainReason("<html>404</html>"), Reason::kCertificateMalformed);
  EXPECT_EQ(ChainReason(pem + ReadVector("demo-pki/leaf1234.key")), Reason::kCertificateMalformed);
  EXPECT_EQ(ChainReason(pem.substr(0, pem.size() - 30)), Reason::kCertificateMalformed);
  EXPECT_EQ(ChainReason(absl::StrReplaceAll(pem, {{"MII", "!II"}})), Reason::kCertificateMalformed);
}

TEST(CertificateChainTest, NumberOfCertificatesIsLimited) {
  std::string body;
  for (size_t i = 0; i < limits::kChainCertificates; ++i) body += ReadVector("demo-pki/leaf1234.pem");
  EXPECT_EQ(ChainReason(body), Reason::kNone);
  EXPECT_EQ(ChainReason(body + ReadVector("demo-pki/leaf1234.pem")), Reason::kCertificateChainTooLong);
  const std::vector<Certificate> many(limits::kChainCertificates + 1, DemoCertificate("int"));
  EXPECT_EQ(ReasonOf(CertificateChain::FromCertificates(many).status()), Reason::kCertificateChainTooLong);
  EXPECT_EQ(ReasonOf(CertificateChain::FromCertificates({}).status()), Reason::kCertificateMalformed);
}

TEST(CertificateChainTest, SizeIsLimitedBeforeParsing) {
  const std::string pem = ReadVector("demo-pki/leaf1234.pem");
  EXPECT_EQ(ChainReason(pem + std::string(limits::kChainBody - pem.size(), '\n')), Reason::kNone);
  EXPECT_EQ(ChainReason(pem + std::string(limits::kChainBody - pem.size() + 1, '\n')), Reason::kTooLarge);
}

TEST(CertificateChainTest, DigestTellsChainsApart) {
  const Certificate leaf = DemoCertificate("leaf1234");
  const Certificate issuing = DemoCertificate("int");
  const auto digest = [](std::vector<Certificate> certificates) {
    return CertificateChain::FromCertificates(std::move(certificates))->sha256();
  };
  EXPECT_THAT(digest({leaf}), SizeIs(32));
  EXPECT_EQ(digest({leaf}), leaf.sha256());
  EXPECT_EQ(digest({leaf, issuing}), CertificateChain::Parse(ReadVector("demo-pki/chain1234.pem"))->sha256());
  EXPECT_NE(digest({leaf, issuing}), digest({issuing, leaf}));
  EXPECT_NE(digest({leaf, issuing}), digest({leaf}));
}

// For ThreadSanitizer: OpenSSL must have nothing left to fill in lazily.
TEST(CertificateTest, ManyThreadsShareOne) {
  const Certificate issuing = DemoCertificate("int");
  const Certificate leaf = DemoCertificate("leaf1234");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([leaf, issuing] {
      for (int n = 0; n < 50; ++n) {
        EXPECT_TRUE(leaf.IsSignedBy(issuing));
        EXPECT_EQ(leaf.subject().CommonName(), "SHAKEN 1234");
        EXPECT_TRUE(leaf.Es256Key().ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace sti::pki
