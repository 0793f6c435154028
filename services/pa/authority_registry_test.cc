#include "services/pa/authority_registry.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "services/pa/pa_testing.h"

namespace sti::pa {
namespace {

class AuthorityRegistryTest : public ::testing::Test {
 protected:
  // A self-signed certificate of the openssl program, valid from now for a day.
  std::string SelfSigned(std::vector<std::string> key, std::vector<std::string> extensions) {
    std::vector<std::string> arguments = {"openssl", "req",
                                          "-x509",   "-nodes",
                                          "-days",   "1",
                                          "-config", "/dev/null",
                                          "-subj",   "/C=US/CN=SHAKEN ROOT",
                                          "-keyout", dir_.File("key"),
                                          "-newkey"};
    arguments.insert(arguments.end(), key.begin(), key.end());
    for (const std::string& extension : extensions) {
      arguments.emplace_back("-addext");
      arguments.push_back(extension);
    }
    const testing::Finished made = testing::Run(arguments);
    EXPECT_EQ(made.exit_code, 0) << made.err;
    return made.out;
  }
  std::string Refusal(const std::string& pem) const {
    const absl::Status status = registry_.Approve("Demo CA", pem).status();
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  }

  const std::vector<std::string> p256_ = {"ec", "-pkeyopt", "ec_paramgen_curve:P-256"};
  const std::vector<std::string> p384_ = {"ec", "-pkeyopt", "ec_paramgen_curve:P-384"};
  const std::vector<std::string> ca_ = {"basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"};

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{absl::Now() + absl::Seconds(1)};
  const DocumentSigner list_signer_ = DemoSigner("pa-token-signer");
  const DocumentSigner crl_signer_ = DemoSigner("pa-crl-signer");
  TrustPublisher publisher_{database_, list_signer_, crl_signer_, {}, clock_};
  const AuthorityRegistry registry_{database_, publisher_, clock_};
};

TEST_F(AuthorityRegistryTest, ApprovedRootIsListedByItsDigest) {
  ASSERT_TRUE(registry_.Approve("Demo CA", ReadDemo("root.pem")).ok());
  const absl::StatusOr<AuthorityListing> listing = registry_.List();
  ASSERT_EQ(listing->authorities.size(), 1u);
  const Authority& authority = listing->authorities[0];
  EXPECT_EQ(authority.name, "Demo CA");
  EXPECT_TRUE(authority.approved);
  EXPECT_EQ(authority.root.Pem(), ReadDemo("root.pem"));
  const testing::Finished digest =
      testing::Run({"sh", "-c", "openssl x509 -in tests/vectors/demo-pki/root.pem -outform DER | sha256sum"});
  EXPECT_EQ(authority.id, digest.out.substr(0, 64));
}

TEST_F(AuthorityRegistryTest, RootsOfBothCurvesAreApproved) {
  EXPECT_EQ(Refusal(SelfSigned(p256_, ca_)), "NONE ");
  EXPECT_EQ(Refusal(SelfSigned(p384_, ca_)), "NONE ");
  EXPECT_EQ(registry_.List()->authorities.size(), 2u);
}

TEST_F(AuthorityRegistryTest, WhatIsNoRootIsRefusedForItsReason) {
  EXPECT_EQ(Refusal(""), "MISSING_FIELD root_pem");
  EXPECT_EQ(Refusal(ReadDemo("int.pem")), "CERTIFICATE_UNTRUSTED root_pem");
  EXPECT_EQ(Refusal(SelfSigned(p256_, {"basicConstraints=critical,CA:FALSE"})),
            "CERTIFICATE_NOT_CA root_pem");
  EXPECT_EQ(Refusal(SelfSigned(p256_, {ca_[0], "keyUsage=critical,digitalSignature"})),
            "CERTIFICATE_NOT_CA root_pem");
  EXPECT_EQ(Refusal(SelfSigned({"ec", "-pkeyopt", "ec_paramgen_curve:P-521"}, ca_)),
            "CERTIFICATE_KEY_UNSUPPORTED root_pem");
  EXPECT_EQ(Refusal(SelfSigned(p256_, {ca_[0], ca_[1], "1.2.3.4=critical,DER:0500"})),
            "CERTIFICATE_CRITICAL_EXTENSION root_pem");
  EXPECT_EQ(Refusal(std::string(100 * 1024, 'x')), "TOO_LARGE root_pem");
  for (const std::string& pem : {std::string("no certificate"), ReadDemo("root.pem") + ReadDemo("int.pem")}) {
    EXPECT_EQ(FieldOf(registry_.Approve("Demo CA", pem).status()), "root_pem") << pem;
  }
  EXPECT_EQ(Refusal(SelfSigned({"rsa:2048"}, ca_)), "CERTIFICATE_KEY_UNSUPPORTED root_pem");
  EXPECT_TRUE(registry_.List()->authorities.empty());
  EXPECT_EQ(registry_.List()->trust_list_sequence, 1);
}

TEST_F(AuthorityRegistryTest, RootMustBeValidNow) {
  const pki::Certificate root = DemoCertificate("root");
  clock_.Set(root.not_after() + absl::Seconds(1));
  EXPECT_EQ(Refusal(root.Pem()), "CERTIFICATE_EXPIRED root_pem");
  clock_.Set(root.not_before() - absl::Seconds(1));
  EXPECT_EQ(Refusal(root.Pem()), "CERTIFICATE_NOT_YET_VALID root_pem");
  clock_.Set(root.not_after());
  EXPECT_EQ(Refusal(root.Pem()), "NONE ");
}

TEST_F(AuthorityRegistryTest, NameIsNeeded) {
  EXPECT_EQ(FieldOf(registry_.Approve("", ReadDemo("root.pem")).status()), "name");
}

TEST_F(AuthorityRegistryTest, UnknownAuthorityCannotBeWithdrawn) {
  EXPECT_EQ(ReasonOf(registry_.Withdraw("").status()), Reason::kMissingField);
  EXPECT_EQ(ReasonOf(registry_.Withdraw("00").status()), Reason::kNotFound);
}

TEST_F(AuthorityRegistryTest, FailedWriteChangesNeitherStateNorSequence) {
  database_.FailWrite(1);
  EXPECT_EQ(Refusal(ReadDemo("root.pem")), "STORAGE_FAILED ");
  EXPECT_TRUE(registry_.List()->authorities.empty());
  EXPECT_EQ(registry_.List()->trust_list_sequence, 1);
  EXPECT_EQ(publisher_.TrustList(), nullptr);
}

}  // namespace
}  // namespace sti::pa
