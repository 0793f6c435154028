#include "common/pki/ceremony.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/crypto/system_random.h"
#include "common/pki/judges_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::pki {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kCrlUrl[] = "https://pa.example.net/crl";

class CeremonyTest : public ::testing::Test {
 protected:
  // What the openssl program reads in a certificate.
  static std::string Text(const Certificate& certificate) {
    return RunShell(absl::StrCat("openssl x509 -noout -text -in ", WriteScratch("c.pem", certificate.Pem())))
        .output;
  }
  static Outcome OpensslVerify(const Certificate& certificate, const Certificate& root) {
    return RunShell(absl::StrCat("openssl verify -x509_strict -attime 1750000000 -CAfile ",
                                 WriteScratch("root.pem", root.Pem()), " ",
                                 WriteScratch("c.pem", certificate.Pem())));
  }
  absl::StatusOr<Certificate> Issuing(const SubjectFields& name, const Validity& validity) const {
    return MakeIssuingCa({name, validity, kShakenPolicyOid, {}}, issuing_key_->public_key(),
                         {*root_, *root_key_}, random_);
  }

  const crypto::SystemRandom& random_ = crypto::SystemRandom::Instance();
  const std::shared_ptr<const crypto::SigningKey> root_key_ = *crypto::SigningKey::Generate();
  const std::shared_ptr<const crypto::SigningKey> issuing_key_ = *crypto::SigningKey::Generate();
  const Validity long_ = {Utc("2025-01-01T00:00:00Z"), Utc("2045-01-01T00:00:00Z")};
  const Validity short_ = {Utc("2025-02-01T00:00:00Z"), Utc("2035-01-01T00:00:00Z")};
  const SubjectFields ca_root_name_ = {"US", "Demo CA", "Demo SHAKEN Root CA"};
  const SubjectFields issuing_name_ = {"US", "Demo CA", "Demo SHAKEN Issuing CA 1"};
  const SubjectFields pa_name_ = {"US", "Demo PA", "Demo STI-PA"};
  const absl::StatusOr<Certificate> root_ = MakeCaRoot(ca_root_name_, long_, *root_key_, random_);
};

TEST_F(CeremonyTest, CaRootFollowsItsProfile) {
  ASSERT_TRUE(root_.ok()) << root_.status();
  EXPECT_EQ(OpensslVerify(*root_, *root_).exit_code, 0);
  EXPECT_THAT(Text(*root_),
              AllOf(HasSubstr("Subject: C = US, O = Demo CA, CN = Demo SHAKEN Root CA"),
                    HasSubstr("X509v3 Basic Constraints: critical\n                CA:TRUE\n"),
                    HasSubstr("X509v3 Key Usage: critical\n                Certificate Sign\n"),
                    HasSubstr("X509v3 Subject Key Identifier"), HasSubstr("ecdsa-with-SHA256"),
                    HasSubstr("Not Before: Jan  1 00:00:00 2025 GMT"), Not(HasSubstr("Certificate Policies")),
                    Not(HasSubstr("CRL Distribution"))));
}

TEST_F(CeremonyTest, IssuingCaFollowsItsProfile) {
  const Certificate crl_signer = DemoCertificate("pa-crl-signer");
  const absl::StatusOr<Certificate> issuing =
      MakeIssuingCa({issuing_name_, short_, kShakenPolicyOid, CrlPointer{kCrlUrl, crl_signer.subject()}},
                    issuing_key_->public_key(), {*root_, *root_key_}, random_);
  ASSERT_TRUE(issuing.ok()) << issuing.status();
  const Outcome verified = OpensslVerify(*issuing, *root_);
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  EXPECT_THAT(Text(*issuing),
              AllOf(HasSubstr("CA:TRUE, pathlen:0\n"),
                    HasSubstr("Key Usage: critical\n                Certificate Sign\n"),
                    HasSubstr("Policy: 2.16.840.1.114569.1.1.4\n"), HasSubstr(absl::StrCat("URI:", kCrlUrl)),
                    HasSubstr("CRL Issuer:"), HasSubstr("STI-PA CRL"), HasSubstr("Authority Key Identifier"),
                    Not(HasSubstr("TNAuthList")), Not(HasSubstr("1.3.6.1.5.5.7.1.26"))));
}

TEST_F(CeremonyTest, NamesWithoutTheWordsOfTheProfileAreRefused) {
  SubjectFields name = ca_root_name_;
  for (const char* common_name : {"Demo Root CA", "Demo SHAKEN CA", ""}) {
    name.common_name = common_name;
    EXPECT_EQ(FieldOf(MakeCaRoot(name, long_, *root_key_, random_).status()), "common_name") << common_name;
  }
  name.common_name = "shaken root";
  EXPECT_TRUE(MakeCaRoot(name, long_, *root_key_, random_).ok());
  EXPECT_EQ(FieldOf(Issuing({"US", "Demo CA", "Demo Issuing CA"}, short_).status()), "common_name");
}

TEST_F(CeremonyTest, IssuedCertificateLivesWithinItsIssuer) {
  EXPECT_TRUE(Issuing(issuing_name_, long_).ok());
  EXPECT_EQ(FieldOf(Issuing(issuing_name_, {long_.not_before, long_.not_after + absl::Seconds(1)}).status()),
            "not_after");
  EXPECT_EQ(FieldOf(Issuing(issuing_name_, {long_.not_before - absl::Seconds(1), long_.not_after}).status()),
            "not_before");
  EXPECT_EQ(FieldOf(Issuing(issuing_name_, {short_.not_before, short_.not_before}).status()), "not_after");
}

TEST_F(CeremonyTest, KeyOfAnotherRootIsAMismatch) {
  EXPECT_EQ(ReasonOf(MakeIssuingCa({issuing_name_, short_, kShakenPolicyOid, {}}, issuing_key_->public_key(),
                                   {*root_, *issuing_key_}, random_)
                         .status()),
            Reason::kKeyMismatch);
}

TEST_F(CeremonyTest, PaSignersHaveTheirOwnUsagesUnderThePaRoot) {
  const absl::StatusOr<Certificate> pa_root = MakePaRoot(pa_name_, long_, *root_key_, random_);
  ASSERT_TRUE(pa_root.ok()) << pa_root.status();
  const CaIdentity root{*pa_root, *root_key_};
  const SubjectFields token_name = {"US", "Demo PA", "STI-PA Token Signer"},
                      crl_name = {"US", "Demo PA", "STI-PA CRL"};
  const auto token_signer = MakePaTokenSigner(token_name, short_, issuing_key_->public_key(), root, random_);
  const auto crl_signer = MakePaCrlSigner(crl_name, short_, issuing_key_->public_key(), root, random_);
  ASSERT_TRUE(token_signer.ok()) << token_signer.status();
  ASSERT_TRUE(crl_signer.ok()) << crl_signer.status();
  EXPECT_EQ(OpensslVerify(*token_signer, *pa_root).exit_code, 0);
  EXPECT_EQ(OpensslVerify(*crl_signer, *pa_root).exit_code, 0);
  EXPECT_THAT(Text(*token_signer), HasSubstr("Key Usage: critical\n                Digital Signature\n"));
  EXPECT_THAT(Text(*crl_signer), HasSubstr("Key Usage: critical\n                CRL Sign\n"));
  for (const Certificate& signer : {*token_signer, *crl_signer})
    EXPECT_THAT(Text(signer), HasSubstr("CA:FALSE"));
  EXPECT_EQ(FieldOf(MakePaCrlSigner(crl_name, {short_.not_before, long_.not_after + absl::Seconds(1)},
                                    issuing_key_->public_key(), root, random_)
                        .status()),
            "not_after");
}

}  // namespace
}  // namespace sti::pki
