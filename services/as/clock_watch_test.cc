#include "services/as/clock_watch.h"

#include <string>

#include "common/base/reason.h"
#include "common/testing/fake_clock.h"
#include "gtest/gtest.h"

namespace sti::as {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
constexpr absl::Duration kQuick = absl::Milliseconds(20);

class ClockWatchTest : public ::testing::Test {
 protected:
  // Time goes by on both clocks.
  void Pass(absl::Duration time) {
    wall_.Advance(time);
    monotonic_.Advance(time);
    true_ += time;
  }
  // The servers know what time it is.
  void Ask(const std::string& source, absl::Duration wrong = absl::ZeroDuration()) {
    watch_.Learn(source, absl::FromUnixSeconds(absl::ToUnixSeconds(true_ + wrong)), kQuick);
  }
  Reason Says() const { return ReasonOf(watch_.Check()); }

  testing::FakeClock wall_{kNow}, monotonic_{absl::FromUnixSeconds(77)};
  absl::Time true_ = kNow;
  ClockWatch watch_{wall_, monotonic_, {}};
};

TEST_F(ClockWatchTest, ClockThatGoesOnIsRight) {
  Pass(absl::Hours(1000));
  EXPECT_EQ(Says(), Reason::kNone);
  EXPECT_EQ(watch_.Trouble(), "");
  EXPECT_FALSE(watch_.WantsAnswer());
  EXPECT_FALSE(watch_.HasReference());
}

TEST_F(ClockWatchTest, JumpBeyondTheLimitIsSeenAtOnceInBothDirections) {
  wall_.Advance(absl::Seconds(5));
  EXPECT_EQ(Says(), Reason::kNone);
  wall_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Says(), Reason::kClockWrong);
  EXPECT_EQ(watch_.Check().message(), "the clock is 5.001s ahead");
  EXPECT_EQ(watch_.Trouble(), "clock wrong, nothing is signed: 5.001s ahead");
  wall_.Set(kNow - absl::Seconds(5));
  EXPECT_EQ(Says(), Reason::kNone);
  wall_.Advance(-absl::Milliseconds(1));
  EXPECT_EQ(Says(), Reason::kClockWrong);
  EXPECT_EQ(watch_.Check().message(), "the clock is 5.001s behind");
  EXPECT_TRUE(watch_.WantsAnswer());
}

TEST_F(ClockWatchTest, JumpIsForgivenWhenTheClockComesBack) {
  wall_.Advance(absl::Hours(1));
  EXPECT_EQ(Says(), Reason::kClockWrong);
  wall_.Advance(-absl::Hours(1));
  EXPECT_EQ(Says(), Reason::kNone);
}

TEST_F(ClockWatchTest, JumpThatAnAnswerConfirmsIsForgiven) {
  wall_.Set(kNow - absl::Hours(1));  // booted an hour behind
  ClockWatch watch(wall_, monotonic_, {});
  wall_.Set(kNow);  // and NTP came
  EXPECT_EQ(ReasonOf(watch.Check()), Reason::kClockWrong);
  watch.Learn("cr.example.net", kNow, kQuick);
  EXPECT_TRUE(watch.Check().ok());
  EXPECT_TRUE(watch.HasReference());
}

TEST_F(ClockWatchTest, AlarmComesBelowTheLimit) {
  wall_.Advance(absl::Seconds(2));
  EXPECT_EQ(watch_.Trouble(), "");
  wall_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(watch_.Trouble(), "clock off: 2.001s ahead");
  EXPECT_EQ(Says(), Reason::kNone);
}

TEST_F(ClockWatchTest, WrongClockIsFoundByTwoAnswers) {
  wall_.Advance(absl::Minutes(1));
  ClockWatch watch(wall_, monotonic_, {});  // started with a wrong clock
  EXPECT_TRUE(watch.Check().ok());
  watch.Learn("cr.example.net", kNow, kQuick);
  EXPECT_TRUE(watch.Check().ok()) << "one answer alone does not stop calls";
  EXPECT_TRUE(watch.WantsAnswer());
  Pass(absl::Seconds(1));
  watch.Learn("cr.example.net", kNow + absl::Seconds(1), kQuick);
  EXPECT_TRUE(watch.Check().ok()) << "too early to confirm";
  Pass(absl::Seconds(1));
  watch.Learn("cr.example.net", kNow + absl::Seconds(2), kQuick);
  EXPECT_EQ(ReasonOf(watch.Check()), Reason::kClockWrong);
  EXPECT_GT(watch.Offset(), absl::Seconds(58));
  wall_.Advance(-absl::Minutes(1));  // NTP corrects it
  EXPECT_TRUE(watch.Check().ok());
}

TEST_F(ClockWatchTest, CacheThatRepeatsAnOldDateStopsNoCalls) {
  Pass(absl::Hours(1));
  for (int i = 0; i < 5; ++i) {
    watch_.Learn("cdn.example.net", kNow, kQuick);
    Pass(absl::Seconds(5));
    EXPECT_EQ(Says(), Reason::kNone);
  }
}

TEST_F(ClockWatchTest, CoarsenessOfAnAnswerIsNoErrorOfTheClock) {
  Pass(absl::Milliseconds(990));
  Ask("cr.example.net");  // 990 ms ago by its Date
  EXPECT_EQ(watch_.Offset(), absl::ZeroDuration());
  EXPECT_TRUE(watch_.HasReference());
}

TEST_F(ClockWatchTest, OffsetIsAtLeastWhatTheAnswerProves) {
  wall_.Advance(absl::Seconds(4));
  watch_.Learn("cr.example.net", kNow, absl::Milliseconds(500));
  EXPECT_EQ(watch_.Offset(), absl::Milliseconds(2500));
  EXPECT_EQ(watch_.Trouble(), "clock off: 2.5s ahead");
}

TEST_F(ClockWatchTest, SlowAnswersAndThoseFromOutOfThisWorldAreNotUsed) {
  wall_.Advance(absl::Seconds(30));
  ClockWatch watch(wall_, monotonic_, {});
  for (int i = 0; i < 2; ++i, Pass(absl::Seconds(3))) {
    watch.Learn("slow.example.net", true_, absl::Seconds(5) + absl::Milliseconds(1));
    watch.Learn("backwards.example.net", true_, -absl::Milliseconds(1));
    watch.Learn("epoch.example.net", absl::InfiniteFuture(), kQuick);
  }
  EXPECT_FALSE(watch.HasReference());
  EXPECT_FALSE(watch.WantsAnswer());
}

TEST_F(ClockWatchTest, OneWrongServerOfTwoStopsNoCalls) {
  for (int i = 0; i < 2; ++i, Pass(absl::Seconds(3))) {
    Ask("right.example.net");
    Ask("wrong.example.net", absl::Minutes(10));
  }
  EXPECT_EQ(Says(), Reason::kNone);
}

TEST_F(ClockWatchTest, MedianOfThreeServersCounts) {
  wall_.Advance(absl::Minutes(5));
  ClockWatch watch(wall_, monotonic_, {});
  for (int i = 0; i < 2; ++i, Pass(absl::Seconds(3))) {
    watch.Learn("a.example.net", true_, kQuick);
    watch.Learn("b.example.net", true_, kQuick);
    watch.Learn("as-wrong-as-we.example.net", true_ + absl::Minutes(5), kQuick);
  }
  EXPECT_EQ(ReasonOf(watch.Check()), Reason::kClockWrong);
}

TEST_F(ClockWatchTest, MachineThatStoodStillIsForgivenByTheFirstAnswers) {
  Ask("a.example.net");
  Ask("b.example.net");
  Ask("c.example.net");
  Pass(absl::Minutes(11));
  wall_.Advance(absl::Hours(3));  // the hypervisor stopped the monotonic clock; NTP has set the other
  true_ += absl::Hours(3);
  EXPECT_EQ(Says(), Reason::kClockWrong);
  Ask("a.example.net");
  EXPECT_EQ(Says(), Reason::kNone);
}

TEST_F(ClockWatchTest, WithoutALimitItOnlyAlarms) {
  ClockWatch watch(wall_, monotonic_, {absl::ZeroDuration(), absl::Seconds(2)});
  wall_.Advance(absl::Hours(1));
  EXPECT_TRUE(watch.Check().ok());
  EXPECT_EQ(watch.Trouble(), "clock off: 1h ahead");
}

TEST(MonotonicClock, DoesNotGoBack) {
  const absl::Time first = MonotonicClock::Instance().TimeNow();
  EXPECT_GE(MonotonicClock::Instance().TimeNow(), first);
}

}  // namespace
}  // namespace sti::as
