#include "services/vs/chain_judge.h"

#include <gtest/gtest.h>

#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"
#include "services/vs/testing/demo_trust.h"

namespace sti::vs {
namespace {

pki::CertificateChain Demo() { return pki::CertificateChain::Parse(DemoChainPem()).value(); }

std::string Judged(const ChainJudge& judge, const TrustState& trust, absl::Time at) {
  return std::string(ReasonName(ReasonOf(judge.Judge(Demo(), trust, at))));
}

TEST(ChainJudgeTest, SaysWhatChainVerificationSays) {
  ChainJudge judge, revoked;
  EXPECT_EQ(Judged(judge, *DemoTrust(), stir::DemoTime()), "NONE");
  const auto chain = pki::CertificateChain::Parse(RevokedChainPem()).value();
  EXPECT_EQ(ReasonOf(revoked.Judge(chain, *DemoTrust(), stir::DemoTime())), Reason::kCertificateRevoked);
}

TEST(ChainJudgeTest, RemembersWithinOneVersionOfTheTrust) {
  ChainJudge judge;
  EXPECT_EQ(Judged(judge, *DemoTrust(1), stir::DemoTime()), "NONE");
  // Same version number, other contents: shows that nothing was computed again.
  EXPECT_EQ(Judged(judge, *EmptyTrust(1), stir::DemoTime() + absl::Hours(1)), "NONE");
}

TEST(ChainJudgeTest, AnotherVersionOfTheTrustVoidsTheAnswer) {
  ChainJudge judge;
  EXPECT_EQ(Judged(judge, *DemoTrust(1), stir::DemoTime()), "NONE");
  EXPECT_EQ(Judged(judge, *EmptyTrust(2), stir::DemoTime()), "CERTIFICATE_UNTRUSTED");
  EXPECT_EQ(Judged(judge, *DemoTrust(3), stir::DemoTime()), "NONE");
}

TEST(ChainJudgeTest, AnAnswerEndsWithTheValidityOfTheLeaf) {
  const absl::Time end = Demo().leaf().not_after();
  ChainJudge judge;
  EXPECT_EQ(Judged(judge, *DemoTrust(), stir::DemoTime()), "NONE");
  EXPECT_EQ(Judged(judge, *DemoTrust(), end), "NONE");
  EXPECT_EQ(Judged(judge, *DemoTrust(), end + absl::Seconds(1)), "CERTIFICATE_EXPIRED");
}

TEST(ChainJudgeTest, AnAnswerFromTheLastSecondOfTheValidityDoesNotOutliveIt) {
  const absl::Time end = Demo().leaf().not_after();
  ChainJudge judge;
  EXPECT_EQ(Judged(judge, *DemoTrust(), end + absl::Milliseconds(900)), "NONE");
  EXPECT_EQ(Judged(judge, *DemoTrust(), end + absl::Milliseconds(1100)), "CERTIFICATE_EXPIRED");
}

TEST(ChainJudgeTest, ARefusalEndsWhenTheValidityBegins) {
  const absl::Time begin = Demo().leaf().not_before();
  ChainJudge judge;
  EXPECT_EQ(Judged(judge, *DemoTrust(), begin - absl::Seconds(2)), "CERTIFICATE_NOT_YET_VALID");
  EXPECT_EQ(Judged(judge, *DemoTrust(), begin - absl::Seconds(1)), "CERTIFICATE_NOT_YET_VALID");
  EXPECT_EQ(Judged(judge, *DemoTrust(), begin), "NONE");
}

}  // namespace
}  // namespace sti::vs
