#include "services/vs/replay_verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/stir/check_list.h"
#include "common/stir/vectors_testing.h"

namespace sti::vs {
namespace {

using stir::PassportType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

TEST(ReplayQuestionTest, AsksAboutWhatPassedWhereverItStands) {
  std::vector<stir::HeaderVerdict> verdicts(6, Passed(PassportType::kShaken));
  verdicts[0].reason = Reason::kSignatureInvalid;
  verdicts[2].nested_in = 1;
  verdicts[3].passport = nullptr;
  verdicts[5].nested_in = 0;  // in what somebody forged around it
  const ReplayQuestion question = ReplayQuestionOf(verdicts);
  EXPECT_EQ(question.places, (std::vector<size_t>{1, 2, 4, 5}));
  EXPECT_EQ(question.keys.size(), 4u);
}

stir::PartyIdentity Number(int n) {
  return stir::TelephoneNumber::FromClaim(absl::StrCat(12155551000 + n)).value();
}

// PASSporTs of a call from number 0. All pass but those that are said to fail.
class ApplyReplayTest : public ::testing::Test {
 protected:
  void Add(PassportType type, std::vector<int> dest, int div = -1) {
    auto claims = std::make_shared<stir::PassportClaims>();
    claims->type = type;
    claims->orig = Number(0);
    for (const int n : dest) claims->dest_tn.push_back(std::get<stir::TelephoneNumber>(Number(n)));
    if (div >= 0) claims->div = Number(div);
    verdicts_.push_back(Passed(type));
    verdicts_.back().claims = claims;
  }
  void AddDiv(int div, int dest) { Add(PassportType::kDiv, {dest}, div); }
  void Forge(size_t i) { verdicts_[i].reason = Reason::kSignatureInvalid; }

  // Those that are taken for a replay, by place.
  std::vector<size_t> Replayed(const std::set<size_t>& known, int target,
                               ReplayPolicy policy = ReplayPolicy::kReject) {
    std::vector<std::string> tokens;
    for (size_t i = 0; i < verdicts_.size(); ++i) tokens.push_back(absl::StrCat(i));
    std::vector<stir::DivNode> nodes;
    for (size_t i = 0; i < verdicts_.size(); ++i) {
      nodes.push_back({verdicts_[i].claims.get(), tokens[i], "signature", verdicts_[i].nested_in});
    }
    const stir::PartyIdentity party = Number(target);
    const stir::DivChain chain = stir::DivChain::Link(nodes, &party);
    const std::vector<size_t> places = ReplayQuestionOf(verdicts_).places;
    std::vector<bool> seen;
    for (const size_t place : places) seen.push_back(known.count(place) != 0);
    ApplyReplay(places, seen, policy, &chain, verdicts_);
    std::vector<size_t> replayed;
    for (size_t i = 0; i < verdicts_.size(); ++i) {
      if (verdicts_[i].replay_suspected) replayed.push_back(i);
    }
    return replayed;
  }

  std::vector<stir::HeaderVerdict> verdicts_;
};

TEST_F(ApplyReplayTest, ReportMarksAndRejectFails) {
  verdicts_ = {Passed(PassportType::kShaken), Passed(PassportType::kRph)};
  ApplyReplay({0, 1}, {true, false}, ReplayPolicy::kReport, nullptr, verdicts_);
  EXPECT_TRUE(verdicts_[0].replay_suspected);
  EXPECT_TRUE(verdicts_[0].passed());
  EXPECT_FALSE(verdicts_[1].replay_suspected);
  ApplyReplay({0, 1}, {false, true}, ReplayPolicy::kReject, nullptr, verdicts_);
  EXPECT_EQ(verdicts_[1].reason, Reason::kReplaySuspected);
  EXPECT_TRUE(verdicts_[0].passed());
}

TEST_F(ApplyReplayTest, ANewDiversionExcusesWhatItBuildsOn) {
  Add(PassportType::kShaken, {1});
  AddDiv(1, 2);
  AddDiv(2, 3);
  EXPECT_THAT(Replayed({0, 1}, 3), IsEmpty());
}

TEST_F(ApplyReplayTest, AKnownDiversionExcusesNothing) {
  Add(PassportType::kShaken, {1});
  AddDiv(1, 2);
  EXPECT_THAT(Replayed({0, 1}, 2), ElementsAre(0, 1));
}

TEST_F(ApplyReplayTest, ANewPassportOfAnotherTypeExcusesNothing) {
  Add(PassportType::kShaken, {1});
  Add(PassportType::kRcd, {1});
  EXPECT_THAT(Replayed({0}, 1, ReplayPolicy::kReport), ElementsAre(0));
}

// A captured call to 1, and a new diversion from 9, which that call never went to.
TEST_F(ApplyReplayTest, ANewDiversionFromElsewhereExcusesNothing) {
  Add(PassportType::kShaken, {1});
  Add(PassportType::kShaken, {9});
  AddDiv(9, 1);
  Forge(1);
  EXPECT_THAT(Replayed({0}, 1), ElementsAre(0));
  EXPECT_EQ(verdicts_[0].reason, Reason::kReplaySuspected);
  verdicts_.clear();
  Add(PassportType::kShaken, {1});
  Add(PassportType::kShaken, {9});
  AddDiv(9, 1);
  EXPECT_THAT(Replayed({0}, 1), ElementsAre(0)) << "however good the other one is";
}

TEST_F(ApplyReplayTest, AForgedDiversionExcusesNothing) {
  Add(PassportType::kShaken, {1, 2});
  AddDiv(1, 2);
  Forge(1);
  EXPECT_THAT(Replayed({0}, 2), ElementsAre(0));
}

TEST_F(ApplyReplayTest, ADiversionThatLeadsOnOverAReplayExcusesNothing) {
  Add(PassportType::kShaken, {1});
  AddDiv(1, 2);
  AddDiv(2, 3);
  EXPECT_THAT(Replayed({0, 2}, 3), ElementsAre(0, 2));
}

TEST_F(ApplyReplayTest, WhatIsNestedIsExcusedByANewDivOAroundIt) {
  Add(PassportType::kDivO, {2}, 1);
  Add(PassportType::kShaken, {1});
  verdicts_[1].nested_in = 0;
  EXPECT_THAT(Replayed({1}, 2), IsEmpty());
  EXPECT_THAT(Replayed({0, 1}, 2), ElementsAre(0, 1));
}

TEST_F(ApplyReplayTest, WhatIsNestedInAForgedDivOIsAReplay) {
  Add(PassportType::kDivO, {1}, 1);
  Add(PassportType::kShaken, {1});
  verdicts_[1].nested_in = 0;
  Forge(0);
  EXPECT_THAT(Replayed({1}, 1), ElementsAre(1));
}

}  // namespace
}  // namespace sti::vs
