#include "services/as/call_limits.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"
#include "common/testing/fake_clock.h"

namespace sti::as {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);  // 08:00 UTC

ClientLimitOptions Limit(std::vector<std::string> clients, int64_t per_second, int64_t burst = 0,
                         int64_t per_day = 0) {
  return {std::move(clients), per_second, burst, per_day};
}

class CallLimitsTest : public ::testing::Test {
 protected:
  void Start(const CallLimitOptions& options) { limits_.emplace(options, clock_); }
  // "OK", or Reason and milliseconds to wait. The place is free again at once.
  std::string Ask(const std::string& client, size_t calls = 1, bool emergency = false) {
    const auto admission = limits_->Admit(client, calls, emergency);
    if (admission.ok()) return "OK";
    return absl::StrCat(ReasonName(ReasonOf(admission.status())), " ",
                        absl::ToInt64Milliseconds(*RetryAfterOf(admission.status())));
  }

  testing::FakeClock clock_{kNow};
  std::optional<CallLimits> limits_;
};

TEST_F(CallLimitsTest, WithoutSettingsThereIsNoRate) {
  Start({});
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(Ask("sbc", 8), "OK");
}

TEST_F(CallLimitsTest, AClientOverItsRateIsToldWhenToTryAgainAndOthersAreNotHeldUp) {
  CallLimitOptions options;
  options.clients = {Limit({"a", "b"}, 10, 2)};
  Start(options);
  EXPECT_EQ(Ask("a", 2), "OK");
  EXPECT_EQ(Ask("a"), "QUOTA_EXCEEDED 100");
  EXPECT_EQ(Ask("b", 2), "OK") << "each has its own";
  EXPECT_EQ(Ask("c", 100), "OK") << "named by no limit";
  clock_.Advance(absl::Milliseconds(100));
  EXPECT_EQ(Ask("a"), "OK");
  EXPECT_EQ(Ask("a"), "QUOTA_EXCEEDED 100");
}

TEST_F(CallLimitsTest, EveryoneElseHasLimitsOfTheirOwn) {
  CallLimitOptions options;
  options.clients = {Limit({"big"}, 100), Limit({}, 1)};
  Start(options);
  EXPECT_EQ(Ask("one"), "OK");
  EXPECT_EQ(Ask("one"), "QUOTA_EXCEEDED 1000");
  EXPECT_EQ(Ask("two"), "OK");
  EXPECT_EQ(Ask("big", 100), "OK");
}

TEST_F(CallLimitsTest, BeyondTheTableNewcomersShareTheirLimits) {
  CallLimitOptions options;
  options.clients = {Limit({}, 1)};
  Start(options);
  for (int i = 0; i < 4096; ++i) EXPECT_EQ(Ask(absl::StrCat("client ", i)), "OK");
  EXPECT_EQ(Ask("client 0"), "QUOTA_EXCEEDED 1000");
  EXPECT_EQ(Ask("newcomer"), "OK");
  EXPECT_EQ(Ask("another newcomer"), "QUOTA_EXCEEDED 1000");
}

TEST_F(CallLimitsTest, ADaysQuotaEndsAtMidnight) {
  CallLimitOptions options;
  options.clients = {Limit({"a"}, 0, 0, 3)};
  Start(options);
  EXPECT_EQ(Ask("a", 3), "OK");
  EXPECT_EQ(Ask("a"), "QUOTA_EXCEEDED 57600000") << "sixteen hours";
  clock_.Advance(absl::Hours(16));
  EXPECT_EQ(Ask("a", 3), "OK");
}

TEST_F(CallLimitsTest, TheDaemonsRateIsOverloadAndCostsTheClientNothing) {
  CallLimitOptions options;
  options.calls_per_second = 10;
  options.clients = {Limit({"a"}, 2, 2, 2)};
  Start(options);
  EXPECT_EQ(Ask("b", 10), "OK");
  EXPECT_EQ(Ask("a", 2), "OVERLOADED 200");
  clock_.Advance(absl::Milliseconds(200));
  EXPECT_EQ(Ask("a", 2), "OK") << "neither rate nor quota was used up";
}

TEST_F(CallLimitsTest, WhatTheQuotaRefusesCostsTheDaemonNothing) {
  CallLimitOptions options;
  options.calls_per_second = 10;
  options.clients = {Limit({"a"}, 0, 0, 1)};
  Start(options);
  EXPECT_EQ(Ask("a"), "OK");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Ask("a").substr(0, 14), "QUOTA_EXCEEDED");
  EXPECT_EQ(Ask("b", 9), "OK");
  EXPECT_EQ(Ask("b"), "OVERLOADED 100");
}

TEST_F(CallLimitsTest, CallsUnderWayAreCountedUntilTheyEnd) {
  CallLimitOptions options;
  options.max_in_flight = 3;
  Start(options);
  {
    auto first = limits_->Admit("a", 2, false);
    auto second = limits_->Admit("b", 1, false);
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(limits_->in_flight(), 3);
    EXPECT_EQ(Ask("c"), "OVERLOADED 100");
    const CallLimits::Admission moved = *std::move(first);
    EXPECT_EQ(limits_->in_flight(), 3);
  }
  EXPECT_EQ(limits_->in_flight(), 0);
  EXPECT_EQ(Ask("c", 3), "OK");
  EXPECT_EQ(Ask("c", 4), "OK") << "alone, more than there are places";
}

TEST_F(CallLimitsTest, EmergencyCallsAlwaysGetInAndUseUpNothing) {
  CallLimitOptions options;
  options.calls_per_second = 1;
  options.max_in_flight = 1;
  options.clients = {Limit({"a"}, 1, 1, 1)};
  Start(options);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Ask("a", 1, true), "OK");
  EXPECT_EQ(Ask("a"), "OK");
  const auto held = limits_->Admit("a", 1, true);
  EXPECT_EQ(limits_->in_flight(), 1);
  EXPECT_EQ(Ask("a", 1, true), "OK");
  EXPECT_EQ(Ask("b"), "OVERLOADED 100");
}

TEST_F(CallLimitsTest, ThreadsMeetNewClientsTogether) {
  CallLimitOptions options;
  options.clients = {Limit({}, 1, 5)};
  Start(options);
  std::atomic<int> admitted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 400; ++j) {
        if (limits_->Admit(absl::StrCat("client ", j % 40), 1, false).ok()) ++admitted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, 200) << "forty clients, five each";
  EXPECT_EQ(limits_->in_flight(), 0);
}

}  // namespace
}  // namespace sti::as
