#include "services/vs/replay_verdict.h"

#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "common/stir/check_list.h"
#include "common/stir/vectors_testing.h"

namespace sti::vs {
namespace {

using stir::PassportType;

std::shared_ptr<const stir::SealedPassport> DemoPassport() {
  const std::vector<std::string> parts = absl::StrSplit(stir::DemoToken("shaken"), ';');
  return std::make_shared<const stir::SealedPassport>(stir::SealedPassport::Parse(parts[0]).value());
}

stir::HeaderVerdict Passed(PassportType type) {
  stir::HeaderVerdict verdict;
  verdict.type = type;
  verdict.reason = Reason::kNone;
  verdict.passport = DemoPassport();
  verdict.checks = stir::MakeCheckList();
  return verdict;
}

TEST(ReplayQuestionTest, AsksAboutWhatPassedAndStandsForItself) {
  std::vector<stir::HeaderVerdict> verdicts(5, Passed(PassportType::kShaken));
  verdicts[0].reason = Reason::kIatStale;
  verdicts[2].nested_in = 1;
  verdicts[3].passport = nullptr;
  const ReplayQuestion question = ReplayQuestionOf(verdicts);
  EXPECT_EQ(question.places, (std::vector<size_t>{1, 4}));
  EXPECT_EQ(question.keys.size(), 2u);
}

class ApplyReplayTest : public ::testing::Test {
 protected:
  void Apply(const std::vector<bool>& seen, ReplayPolicy policy) {
    ApplyReplay({0, 1}, seen, policy, verdicts_);
  }

  std::vector<stir::HeaderVerdict> verdicts_{Passed(PassportType::kShaken), Passed(PassportType::kRph)};
};

TEST_F(ApplyReplayTest, ReportMarksAndRejectFails) {
  Apply({true, false}, ReplayPolicy::kReport);
  EXPECT_TRUE(verdicts_[0].replay_suspected);
  EXPECT_TRUE(verdicts_[0].passed());
  EXPECT_FALSE(verdicts_[1].replay_suspected);
  Apply({false, true}, ReplayPolicy::kReject);
  EXPECT_EQ(verdicts_[1].reason, Reason::kReplaySuspected);
  EXPECT_TRUE(verdicts_[0].passed());
}

TEST_F(ApplyReplayTest, ANewDiversionExcusesWhatItBuildsOn) {
  verdicts_[1].type = PassportType::kDiv;
  Apply({true, false}, ReplayPolicy::kReject);
  EXPECT_FALSE(verdicts_[0].replay_suspected);
  EXPECT_TRUE(verdicts_[0].passed());
}

TEST_F(ApplyReplayTest, AKnownDiversionExcusesNothing) {
  verdicts_[1].type = PassportType::kDivO;
  Apply({true, true}, ReplayPolicy::kReject);
  EXPECT_EQ(verdicts_[0].reason, Reason::kReplaySuspected);
  EXPECT_EQ(verdicts_[1].reason, Reason::kReplaySuspected);
}

TEST_F(ApplyReplayTest, ANewPassportOfAnotherTypeExcusesNothing) {
  verdicts_[1].type = PassportType::kRcd;
  Apply({true, false}, ReplayPolicy::kReport);
  EXPECT_TRUE(verdicts_[0].replay_suspected);
}

}  // namespace
}  // namespace sti::vs
