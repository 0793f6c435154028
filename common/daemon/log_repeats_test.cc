#include "common/daemon/log_repeats.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace sti::daemon {
namespace {

using Verdict = LogRepeats::Verdict;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
const absl::Duration kTick = absl::Nanoseconds(1);

// How many of `lines` are written.
int64_t Write(LogRepeats& repeats, const std::string& kind, int64_t lines, absl::Time now = kNow) {
  int64_t written = 0;
  for (int64_t i = 0; i < lines; ++i) written += repeats.Judge(kind, now) != Verdict::kLeaveOut ? 1 : 0;
  return written;
}

TEST(LogRepeatsTest, AsManyAsAllowedAreWrittenAndTheLastOfThemSaysSo) {
  LogRepeats repeats;
  EXPECT_EQ(Write(repeats, "a", LogRepeats::kWritten - 1), LogRepeats::kWritten - 1);
  EXPECT_EQ(repeats.Judge("a", kNow), Verdict::kWriteAsLast);
  EXPECT_EQ(repeats.Judge("a", kNow), Verdict::kLeaveOut);
}

TEST(LogRepeatsTest, AnotherKindIsWrittenWhateverIsLeftOut) {
  LogRepeats repeats;
  Write(repeats, "a", 1000);
  EXPECT_EQ(repeats.Judge("b", kNow), Verdict::kWrite);
}

TEST(LogRepeatsTest, WindowEndsAfterItsTimeAndNotBeforeAndTellsHowManyWereLeftOut) {
  LogRepeats repeats;
  Write(repeats, "a", LogRepeats::kWritten + 7);
  Write(repeats, "quiet", 3);
  EXPECT_TRUE(repeats.Ended(kNow + LogRepeats::kWindow - kTick).empty());
  EXPECT_EQ(repeats.Judge("a", kNow + LogRepeats::kWindow - kTick), Verdict::kLeaveOut);
  const auto ended = repeats.Ended(kNow + LogRepeats::kWindow);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].kind, "a");
  EXPECT_EQ(ended[0].lines, 8);
  EXPECT_TRUE(repeats.Ended(kNow + LogRepeats::kWindow).empty());
  EXPECT_EQ(repeats.Judge("a", kNow + LogRepeats::kWindow), Verdict::kWrite);
}

TEST(LogRepeatsTest, ExactlyAsManyAsAllowedLeaveNothingToTell) {
  LogRepeats repeats;
  Write(repeats, "a", LogRepeats::kWritten);
  EXPECT_TRUE(repeats.Ended(kNow + LogRepeats::kWindow).empty());
}

TEST(LogRepeatsTest, EachWindowEndsByItself) {
  LogRepeats repeats;
  Write(repeats, "a", LogRepeats::kWritten + 1);
  Write(repeats, "b", LogRepeats::kWritten + 2, kNow + absl::Seconds(30));
  EXPECT_EQ(repeats.Ended(kNow + LogRepeats::kWindow).size(), 1U);
  const auto second = repeats.Ended(kNow + absl::Seconds(30) + LogRepeats::kWindow);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].kind, "b");
  EXPECT_EQ(second[0].lines, 2);
}

TEST(LogRepeatsTest, AtTheEndEverythingIsTold) {
  LogRepeats repeats;
  Write(repeats, "a", LogRepeats::kWritten + 1);
  ASSERT_EQ(repeats.EndAll().size(), 1U);
  EXPECT_TRUE(repeats.EndAll().empty());
}

TEST(LogRepeatsTest, MoreKindsThanAreKeptAreAllWritten) {
  LogRepeats repeats;
  for (size_t i = 0; i < LogRepeats::kKinds; ++i) repeats.Judge(absl::StrCat(i), kNow);
  EXPECT_EQ(Write(repeats, "new", 1000), 1000);
  repeats.Ended(kNow + LogRepeats::kWindow);
  EXPECT_EQ(Write(repeats, "new", 1000, kNow + LogRepeats::kWindow), LogRepeats::kWritten);
}

}  // namespace
}  // namespace sti::daemon
