#include "services/as/token_bucket.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace sti::as {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

TEST(TokenBucketTest, GivesTheBurstAndThenTheRate) {
  TokenBucket bucket(10, 3);
  EXPECT_EQ(bucket.Take(1, kNow), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(2, kNow), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(1, kNow), absl::Milliseconds(100)) << "the fourth";
  EXPECT_EQ(bucket.Take(1, kNow + absl::Milliseconds(99)), absl::Milliseconds(1));
  EXPECT_EQ(bucket.Take(1, kNow + absl::Milliseconds(100)), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(1, kNow + absl::Milliseconds(100)), absl::Milliseconds(100));
  EXPECT_EQ(bucket.Take(3, kNow + absl::Seconds(1)), absl::ZeroDuration()) << "full again, and no fuller";
  EXPECT_GT(bucket.Take(1, kNow + absl::Seconds(1)), absl::ZeroDuration());
}

TEST(TokenBucketTest, WithoutABurstHoldsASeconds) {
  TokenBucket bucket(5, 0);
  EXPECT_EQ(bucket.Take(5, kNow), absl::ZeroDuration());
  EXPECT_GT(bucket.Take(1, kNow), absl::ZeroDuration());
}

TEST(TokenBucketTest, MoreThanTheBurstIsADebtOfAFullBucket) {
  TokenBucket bucket(10, 2);
  EXPECT_EQ(bucket.Take(1, kNow), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(5, kNow), absl::Milliseconds(100)) << "only when it is full";
  const absl::Time full = kNow + absl::Milliseconds(100);
  EXPECT_EQ(bucket.Take(5, full), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(1, full), absl::Milliseconds(400)) << "five were taken, two are held";
}

TEST(TokenBucketTest, NoRateIsNoLimit) {
  TokenBucket bucket(0, 0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(bucket.Take(256, kNow), absl::ZeroDuration());
}

TEST(TokenBucketTest, WhatWasGivenBackIsThereAgain) {
  TokenBucket bucket(1, 1);
  EXPECT_EQ(bucket.Take(1, kNow), absl::ZeroDuration());
  bucket.GiveBack(1);
  EXPECT_EQ(bucket.Take(1, kNow), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(1, kNow), absl::Seconds(1));
}

TEST(TokenBucketTest, AClockThatWentBackDoesNotLockIt) {
  TokenBucket bucket(10, 1);
  EXPECT_EQ(bucket.Take(1, kNow + absl::Hours(1)), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(1, kNow), absl::ZeroDuration());
  EXPECT_EQ(bucket.Take(1, kNow), absl::Milliseconds(100));
}

TEST(TokenBucketTest, ThreadsTogetherGetNoMoreThanIsThere) {
  TokenBucket bucket(1000, 500);
  DayCount day(300);
  std::atomic<int> taken{0}, counted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 400; ++j) {
        if (bucket.Take(1, kNow) == absl::ZeroDuration()) ++taken;
        if (day.Take(1, kNow)) ++counted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 500);
  EXPECT_EQ(counted, 300);
}

TEST(DayCountTest, BeginsAnewAtMidnightUtc) {
  const absl::Time last = absl::FromUnixSeconds(86400 * 20000 - 1);
  DayCount day(2);
  EXPECT_TRUE(day.Take(1, last));
  EXPECT_FALSE(day.Take(2, last)) << "all or none";
  EXPECT_TRUE(day.Take(1, last));
  EXPECT_FALSE(day.Take(1, last));
  EXPECT_TRUE(day.Take(2, last + absl::Seconds(1)));
  EXPECT_FALSE(day.Take(1, last + absl::Seconds(1)));
  EXPECT_EQ(UntilNextDay(last), absl::Seconds(1));
  EXPECT_EQ(UntilNextDay(last + absl::Seconds(1)), absl::Hours(24));
  EXPECT_TRUE(DayCount(0).Take(1'000'000, last)) << "no limit";
}

TEST(DayCountTest, TheLargestLimitThatCanBeConfiguredFits) {
  DayCount day(100'000'000'000);
  EXPECT_TRUE(day.Take(99'999'999'999, kNow));
  EXPECT_TRUE(day.Take(1, kNow));
  EXPECT_FALSE(day.Take(1, kNow));
}

}  // namespace
}  // namespace sti::as
