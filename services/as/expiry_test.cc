#include "services/as/expiry.h"

#include <gtest/gtest.h>

namespace sti::as {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1750000000);

ExpiryLevel Left(absl::Duration lifetime, absl::Duration left) {
  return ExpiryLevelOf(kStart, kStart + lifetime, kStart + lifetime - left);
}

void ExpectSteps(absl::Duration lifetime, absl::Duration notice, absl::Duration warning,
                 absl::Duration alarm) {
  constexpr absl::Duration kSecond = absl::Seconds(1);
  EXPECT_EQ(Left(lifetime, notice + kSecond), ExpiryLevel::kFine);
  EXPECT_EQ(Left(lifetime, notice), ExpiryLevel::kNotice);
  EXPECT_EQ(Left(lifetime, warning + kSecond), ExpiryLevel::kNotice);
  EXPECT_EQ(Left(lifetime, warning), ExpiryLevel::kWarning);
  EXPECT_EQ(Left(lifetime, alarm + kSecond), ExpiryLevel::kWarning);
  EXPECT_EQ(Left(lifetime, alarm), ExpiryLevel::kAlarm);
  EXPECT_EQ(Left(lifetime, -absl::Hours(1000)), ExpiryLevel::kAlarm);
}

TEST(ExpiryLevel, OfAYearIsADayAWeekAndTwo) {
  ExpectSteps(absl::Hours(24 * 365), absl::Hours(24 * 14), absl::Hours(24 * 7), absl::Hours(24));
}

TEST(ExpiryLevel, OfAWeekIsHours) {
  ExpectSteps(absl::Hours(24 * 7), absl::Hours(42), absl::Hours(21), absl::Hours(6));
}

}  // namespace
}  // namespace sti::as
