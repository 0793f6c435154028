#include "common/pki/csr.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/pki/judges_testing.h"

namespace sti::pki {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Reason ParseReason(absl::string_view der) { return ReasonOf(Csr::ParseDer(der).status()); }

std::string BuiltHere(const crypto::Signer& key) {
  const DistinguishedName subject =
      DistinguishedName::Create({"US", "Example Telecom", "SHAKEN 1234"}).value();
  return BuildCsr(subject, TnAuthList::ForSpc("1234").value(), key).value();
}

// By the recipe of certificates.md s3.
std::string MadeByOpenssl(absl::string_view extensions,
                          absl::string_view key_options = "EC -pkeyopt ec_paramgen_curve:P-256",
                          absl::string_view more = "") {
  const std::string config = WriteScratch(
      "csr.cnf",
      absl::StrCat(
          "[req]\ndistinguished_name=dn\nreq_extensions=ext\nprompt=no\n[dn]\nC=US\n"
          "O=Made by openssl\nCN=SHAKEN 1234\n[tn]\nf=EXP:0,IA5:1234\n[implicit]\nf=IMP:0,IA5:1234\n[ext]\n",
          extensions, "\n"));
  const std::string key = WriteScratch("csr.key", "");
  const std::string out = WriteScratch("csr.der", "");
  const Outcome made = RunShell(absl::StrCat("openssl genpkey -quiet -algorithm ", key_options, " -out ", key,
                                             " && openssl req -new -config ", config, " -key ", key,
                                             " -outform DER -out ", out, " ", more));
  EXPECT_EQ(made.exit_code, 0) << made.output;
  return ReadFile(out);
}

TEST(CsrTest, OpensslVerifiesWhatIsBuilt) {
  const std::string path = WriteScratch("built.der", BuiltHere(*DemoKey("leaf1234")));
  const Outcome verified = RunShell(absl::StrCat("openssl req -inform DER -verify -noout -text -in ", path));
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("verify OK"));
  EXPECT_THAT(verified.output, HasSubstr("C = US, O = Example Telecom, CN = SHAKEN 1234"));
  EXPECT_THAT(verified.output, HasSubstr("1.3.6.1.5.5.7.1.26"));
}

TEST(CsrTest, PythonReadsWhatIsBuilt) {
  const std::string path = WriteScratch("built.der", BuiltHere(*DemoKey("leaf1234")));
  const Outcome read = RunPython(R"(
import sys
from cryptography import x509
r = x509.load_der_x509_csr(open(sys.argv[1], 'rb').read())
print(r.is_signature_valid, r.signature_algorithm_oid.dotted_string, r.subject.rfc4514_string())
for e in r.extensions:
    print(e.oid.dotted_string, e.critical, e.value.value.hex())
)",
                                 path);
  EXPECT_EQ(read.output,
            "True 1.2.840.10045.4.3.2 CN=SHAKEN 1234,O=Example Telecom,C=US\n"
            "1.3.6.1.5.5.7.1.26 False 3008a006160431323334\n");
}

TEST(CsrTest, WhatIsBuiltIsWhatIsRead) {
  const auto csr = Csr::ParseDer(BuiltHere(*DemoKey("leaf1234")));
  ASSERT_TRUE(csr.ok()) << csr.status();
  EXPECT_EQ(csr->subject.CommonName(), "SHAKEN 1234");
  EXPECT_TRUE(csr->public_key == DemoKey("leaf1234")->public_key());
  EXPECT_THAT(csr->tn_auth_list->Spcs(), ElementsAre("1234"));
  EXPECT_FALSE(csr->asks_for_ca);
}

TEST(CsrTest, TnAuthListMayBeAbsent) {
  const DistinguishedName subject =
      DistinguishedName::Create({"US", "Example Telecom", "SHAKEN 1234"}).value();
  const auto csr = Csr::ParseDer(BuildCsr(subject, std::nullopt, *DemoKey("leaf1234")).value());
  ASSERT_TRUE(csr.ok()) << csr.status();
  EXPECT_FALSE(csr->tn_auth_list.has_value());
}

TEST(CsrTest, RequestMadeByOpensslIsRead) {
  const auto csr = Csr::ParseDer(MadeByOpenssl("1.3.6.1.5.5.7.1.26=ASN1:SEQUENCE:tn"));
  ASSERT_TRUE(csr.ok()) << csr.status();
  EXPECT_EQ(csr->subject.Text(), "CN=SHAKEN 1234,O=Made by openssl,C=US");
  EXPECT_THAT(csr->tn_auth_list->Spcs(), ElementsAre("1234"));
}

TEST(CsrTest, WishToBeACaIsSeen) {
  EXPECT_TRUE(Csr::ParseDer(MadeByOpenssl("basicConstraints=critical,CA:TRUE"))->asks_for_ca);
  EXPECT_FALSE(Csr::ParseDer(MadeByOpenssl("basicConstraints=critical,CA:FALSE"))->asks_for_ca);
  EXPECT_EQ(ParseReason(MadeByOpenssl("2.5.29.19=ASN1:NULL")), Reason::kCsrInvalid);
}

TEST(CsrTest, BrokenTnAuthListIsRefused) {
  EXPECT_EQ(ParseReason(MadeByOpenssl("1.3.6.1.5.5.7.1.26=ASN1:SEQUENCE:implicit")),
            Reason::kTnAuthListInvalid);
}

TEST(CsrTest, OtherKeysAreRefused) {
  EXPECT_EQ(ParseReason(MadeByOpenssl("", "RSA -pkeyopt rsa_keygen_bits:2048")), Reason::kKeyInvalid);
  EXPECT_EQ(ParseReason(MadeByOpenssl("", "EC -pkeyopt ec_paramgen_curve:P-384")), Reason::kKeyInvalid);
  EXPECT_EQ(ParseReason(MadeByOpenssl("", "ED25519")), Reason::kKeyInvalid);
}

TEST(CsrTest, OtherDigestsAreRefused) {
  EXPECT_EQ(ParseReason(MadeByOpenssl("", "EC -pkeyopt ec_paramgen_curve:P-256", "-sha384")), Reason::kNone);
  EXPECT_EQ(ParseReason(MadeByOpenssl("", "EC -pkeyopt ec_paramgen_curve:P-256", "-sha512")),
            Reason::kCsrInvalid);
}

TEST(CsrTest, WrongSignatureIsRefused) {
  std::string der = BuiltHere(*DemoKey("leaf1234"));
  const size_t place = der.find("Example Telecom");
  ASSERT_NE(place, std::string::npos);
  der[place] = 'X';
  EXPECT_EQ(ParseReason(der), Reason::kCsrInvalid);
}

TEST(CsrTest, ExtensionTwiceIsRefused) {
  EXPECT_EQ(ParseReason(MadeByOpenssl("keyUsage=digitalSignature\n2.5.29.15=DER:03020780")),
            Reason::kCsrInvalid);
}

TEST(CsrTest, OctetsAroundTheDerAreRefused) {
  const std::string der = BuiltHere(*DemoKey("leaf1234"));
  EXPECT_EQ(ParseReason(""), Reason::kCsrInvalid);
  EXPECT_EQ(ParseReason(der + "x"), Reason::kCsrInvalid);
  EXPECT_EQ(ParseReason(der.substr(0, der.size() - 1)), Reason::kCsrInvalid);
  EXPECT_EQ(ParseReason(ReadVector("real-leaf-848J.der")), Reason::kCsrInvalid);
}

TEST(CsrTest, SizeIsLimitedBeforeParsing) {
  EXPECT_EQ(ParseReason(std::string(limits::kCsr, '0')), Reason::kCsrInvalid);
  EXPECT_EQ(ParseReason(std::string(limits::kCsr + 1, '0')), Reason::kTooLarge);
}

}  // namespace
}  // namespace sti::pki
