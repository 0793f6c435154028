#include "services/as/key_ring.h"

#include <gtest/gtest.h>

#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"

namespace sti::as {
namespace {

constexpr char kUrl[] = "https://cr.example.net/1234.pem";

pki::CertificateChain DemoChain() {
  return pki::CertificateChain::Parse(stir::ReadVector("demo-pki/chain1234.pem")).value();
}

std::string Checked(const std::string& key, absl::string_view spc = "1234", absl::Time at = stir::DemoTime(),
                    const std::string& url = kUrl) {
  return std::string(
      ReasonName(ReasonOf(CheckCredential(stir::DemoKey(key), DemoChain(), url, spc, at).status())));
}

SigningCredentialPtr Credential(absl::Time not_before, absl::Time not_after) {
  return std::make_shared<const SigningCredential>(SigningCredential{
      stir::PassportSigner(stir::DemoKey("leaf1234.key"), kUrl), "1234", not_before, not_after});
}

TEST(CheckCredentialTest, KeyAndCertificateThatBelongTogetherMakeACredential) {
  const auto credential =
      CheckCredential(stir::DemoKey("leaf1234.key"), DemoChain(), kUrl, "1234", stir::DemoTime());
  ASSERT_TRUE(credential.ok()) << credential.status();
  EXPECT_EQ((*credential)->spc, "1234");
  EXPECT_EQ((*credential)->signer.x5u(), kUrl);
  EXPECT_EQ((*credential)->not_after, DemoChain().leaf().not_after());
}

TEST(CheckCredentialTest, AnotherKeyIsRefused) { EXPECT_EQ(Checked("leaf5678.key"), "KEY_MISMATCH"); }

TEST(CheckCredentialTest, AnotherSpcIsRefused) {
  EXPECT_EQ(Checked("leaf1234.key", "5678"), "TN_AUTH_LIST_INVALID");
}

TEST(CheckCredentialTest, ValidityIsCheckedAtBothEnds) {
  const auto leaf = DemoChain().leaf();
  EXPECT_EQ(Checked("leaf1234.key", "1234", leaf.not_after()), "NONE");
  EXPECT_EQ(Checked("leaf1234.key", "1234", leaf.not_after() + absl::Seconds(1)), "CERTIFICATE_EXPIRED");
  EXPECT_EQ(Checked("leaf1234.key", "1234", leaf.not_before() - absl::Seconds(60)), "NONE");
  EXPECT_EQ(Checked("leaf1234.key", "1234", leaf.not_before() - absl::Seconds(61)),
            "CERTIFICATE_NOT_YET_VALID");
}

TEST(CheckCredentialTest, AUrlThatNoVerifierWouldFetchIsRefused) {
  EXPECT_EQ(Checked("leaf1234.key", "1234", stir::DemoTime(), "http://cr.example.net/1.pem"),
            "INVALID_FIELD");
}

TEST(CheckCredentialTest, ACaCertificateIsRefused) {
  const auto chain = pki::CertificateChain::Parse(stir::ReadVector("demo-pki/int.pem")).value();
  EXPECT_EQ(
      ReasonOf(CheckCredential(stir::DemoKey("int.key"), chain, kUrl, "1234", stir::DemoTime()).status()),
      Reason::kCertificateNotLeaf);
}

class KeyRingTest : public ::testing::Test {
 protected:
  const absl::Time t_ = stir::DemoTime();
  const absl::Duration hour_ = absl::Hours(1);
  KeyRing ring_{Credential(t_, t_ + 2 * hour_), Credential(t_ - 2 * hour_, t_ + hour_)};

  SigningCredentialPtr Pick(absl::Time call, absl::Time now) const {
    const auto picked = ring_.Pick(call, now);
    return picked.ok() ? *picked : nullptr;
  }
};

TEST_F(KeyRingTest, TheNewCredentialIsPreferred) { EXPECT_EQ(Pick(t_, t_), ring_.current); }

TEST_F(KeyRingTest, ACallFromBeforeTheNewCertificateIsSignedWithTheOldOne) {
  EXPECT_EQ(Pick(t_ - absl::Seconds(1), t_), ring_.previous);
}

TEST_F(KeyRingTest, BothEndsOfTheValidityBelongToIt) {
  EXPECT_EQ(Pick(t_ + 2 * hour_, t_ + 2 * hour_), ring_.current);
  EXPECT_EQ(ReasonOf(ring_.Pick(t_ + 2 * hour_, t_ + 2 * hour_ + absl::Seconds(1)).status()),
            Reason::kCertificateExpired);
  EXPECT_EQ(ReasonOf(ring_.Pick(t_ + 2 * hour_ + absl::Seconds(1), t_ + 2 * hour_).status()),
            Reason::kCertificateExpired);
}

TEST_F(KeyRingTest, ACallFromBeforeEveryCertificateIsRefused) {
  EXPECT_EQ(ReasonOf(ring_.Pick(t_ - 3 * hour_, t_).status()), Reason::kCertificateNotYetValid);
}

TEST_F(KeyRingTest, APreviousCredentialThatExpiredIsNotUsed) {
  EXPECT_EQ(ReasonOf(ring_.Pick(t_ - absl::Seconds(1), t_ + hour_ + absl::Seconds(1)).status()),
            Reason::kCertificateNotYetValid);
}

TEST_F(KeyRingTest, NeedsNoPreviousCredential) {
  ring_.previous = nullptr;
  EXPECT_EQ(Pick(t_, t_), ring_.current);
}

}  // namespace
}  // namespace sti::as
