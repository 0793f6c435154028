#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "common/base/reason.h"
#include "common/status/error_log.h"
#include "common/status/rate_window.h"
#include "common/status/times.h"

namespace sti::status {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000 - 1'700'000'000 % 60);  // a minute begins

TEST(ErrorLogTest, KeepsTheLastOfEachReason) {
  ErrorLog log;
  log.Record(Reason::kIatStale, "first", kNow);
  log.Record(Reason::kSignatureInvalid, "other", kNow + absl::Seconds(1));
  log.Record(Reason::kIatStale, "second", kNow + absl::Seconds(2));
  log.Record(Reason::kNone, "no error", kNow);
  const std::vector<ErrorLog::Row> rows = log.Rows();
  ASSERT_EQ(rows.size(), 2);
  EXPECT_EQ(rows[0].reason, Reason::kIatStale);
  EXPECT_EQ(rows[0].count, 2);
  EXPECT_EQ(rows[0].detail, "second");
  EXPECT_EQ(rows[0].last, kNow + absl::Seconds(2));
  EXPECT_EQ(rows[1].reason, Reason::kSignatureInvalid);
}

TEST(ErrorLogTest, DetailsAreBounded) {
  ErrorLog log;
  log.Record(Reason::kIatStale, std::string(100'000, 'x'), kNow);
  EXPECT_EQ(log.Rows()[0].detail.size(), ErrorLog::kDetail);
}

TEST(RateWindowTest, CountsByTheMinute) {
  RateWindow rate;
  rate.Add(kNow, 2);
  rate.Add(kNow + absl::Seconds(59));
  rate.Add(kNow + absl::Seconds(60));
  EXPECT_EQ(rate.InMinute(kNow + absl::Seconds(59), 0), 3);
  EXPECT_EQ(rate.InMinute(kNow + absl::Seconds(60), 0), 1);
  EXPECT_EQ(rate.InMinute(kNow + absl::Seconds(60), 1), 3);
  EXPECT_DOUBLE_EQ(rate.Average(kNow + absl::Seconds(60), 1), 3);
  EXPECT_DOUBLE_EQ(rate.Average(kNow + absl::Minutes(2), 5), 0.8);
}

TEST(RateWindowTest, ForgetsAfterFifteenMinutes) {
  RateWindow rate;
  rate.Add(kNow);
  EXPECT_EQ(rate.InMinute(kNow + absl::Minutes(15), 15), 1);
  EXPECT_DOUBLE_EQ(rate.Average(kNow + absl::Minutes(15), 15), 1.0 / 15);
  EXPECT_DOUBLE_EQ(rate.Average(kNow + absl::Minutes(16), 15), 0);
  rate.Add(kNow + absl::Minutes(16));  // in the same place
  EXPECT_EQ(rate.InMinute(kNow + absl::Minutes(16), 0), 1);
}

TEST(RateWindowTest, ManyThreadsLoseNothing) {
  RateWindow rate;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&rate] {
      for (int i = 0; i < 10'000; ++i) rate.Add(kNow);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(rate.InMinute(kNow, 0), 40'000);
}

TEST(TimesTest, TwoGreatestUnits) {
  EXPECT_EQ(DurationText(absl::Hours(76)), "3 days 4 h");
  EXPECT_EQ(DurationText(absl::Hours(24)), "1 day");
  EXPECT_EQ(DurationText(absl::Seconds(72)), "1 min 12 s");
  EXPECT_EQ(DurationText(absl::Milliseconds(10)), "no time");
  EXPECT_EQ(TimeText(kNow), "2023-11-14 22:13:00 UTC");
  EXPECT_EQ(AgoText(kNow, kNow + absl::Seconds(8)), "2023-11-14 22:13:00 UTC (8 s ago)");
  EXPECT_EQ(AgoText(absl::InfinitePast(), kNow), "never");
}

TEST(TimesTest, TheEndOfTimeIsABoundary) {
  EXPECT_EQ(LeftUntil(kNow, kNow, absl::Hours(1)).level, Level::kBad);
  EXPECT_EQ(LeftUntil(kNow + absl::Seconds(1), kNow, absl::Hours(1)).level, Level::kWarning);
  EXPECT_EQ(LeftUntil(kNow + absl::Hours(1), kNow, absl::Hours(1)).level, Level::kWarning);
  EXPECT_EQ(LeftUntil(kNow + absl::Hours(1) + absl::Seconds(1), kNow, absl::Hours(1)).level, Level::kGood);
}

}  // namespace
}  // namespace sti::status
