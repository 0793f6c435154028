#include "services/vs/replay_guard.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"
#include "common/store/redis_claims.h"
#include "common/store/testing/redis_server.h"
#include "common/testing/fake_clock.h"

namespace sti::vs {
namespace {

constexpr absl::Duration kMinute = absl::Minutes(1);

stir::SealedPassport Parse(const std::string& token) { return stir::SealedPassport::Parse(token).value(); }
std::string DemoPassport() {
  return std::vector<std::string>(absl::StrSplit(stir::DemoToken("shaken"), ';'))[0];
}
// The same token with other octets at `at` of its signature.
std::string WithSignatureOctet(const std::string& token, size_t at, char octet) {
  const size_t dot = token.rfind('.');
  std::string signature;
  absl::WebSafeBase64Unescape(token.substr(dot + 1), &signature);
  signature[at] = octet;
  return absl::StrCat(token.substr(0, dot + 1), absl::WebSafeBase64Escape(signature));
}

TEST(ReplayKeyTest, TheOtherValidSignatureIsTheSamePassport) {
  const std::string token = DemoPassport();
  const ReplayKey key = ReplayKeyOf(Parse(token));
  EXPECT_EQ(ReplayKeyOf(Parse(WithSignatureOctet(token, 32, 'x'))), key);  // s
  EXPECT_EQ(ReplayKeyOf(Parse(WithSignatureOctet(token, 63, 'x'))), key);
  EXPECT_NE(ReplayKeyOf(Parse(WithSignatureOctet(token, 31, 'x'))), key);  // r: another signing
  EXPECT_NE(ReplayKeyOf(Parse(WithSignatureOctet(token, 0, 'x'))), key);
}

class ReplayGuardTest : public ::testing::Test {
 protected:
  // The answer, which must come; without a shared table at once.
  static bool Seen(ReplayGuard& guard, uint64_t passport, const std::string& call_id,
                   absl::Duration time = kMinute) {
    std::promise<std::vector<bool>> answer;
    guard.Check({{passport, passport * 7}}, call_id, time,
                [&answer](std::vector<bool> seen) { answer.set_value(std::move(seen)); });
    return answer.get_future().get().at(0);
  }

  testing::FakeClock clock_{stir::DemoTime()};
  ReplayGuard guard_{1024, clock_, nullptr};
};

TEST_F(ReplayGuardTest, ARetransmissionPassesAndAnotherCallDoesNot) {
  EXPECT_FALSE(Seen(guard_, 1, "a@x"));
  EXPECT_FALSE(Seen(guard_, 1, "a@x"));
  EXPECT_TRUE(Seen(guard_, 1, "b@x"));
  EXPECT_TRUE(Seen(guard_, 1, "b@x"));  // asking does not make it b's
  EXPECT_FALSE(Seen(guard_, 1, "a@x"));
  EXPECT_FALSE(Seen(guard_, 2, "b@x"));
}

TEST_F(ReplayGuardTest, ForgetsWhenTheTimeIsOver) {
  EXPECT_FALSE(Seen(guard_, 1, "a"));
  clock_.Advance(kMinute - absl::Milliseconds(1));
  EXPECT_TRUE(Seen(guard_, 1, "b"));
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_FALSE(Seen(guard_, 1, "b"));
  EXPECT_TRUE(Seen(guard_, 1, "a"));
}

TEST_F(ReplayGuardTest, SeveralPassportsOfACallAreToldApart) {
  Seen(guard_, 1, "a");
  guard_.Check({{1, 7}, {2, 14}}, "b", kMinute, [](const std::vector<bool>& seen) {
    EXPECT_EQ(seen, (std::vector<bool>{true, false}));
  });
}

TEST_F(ReplayGuardTest, MemoryIsBoundedAndTheOldestGoFirst) {
  for (uint64_t i = 0; i < 10000; ++i) EXPECT_FALSE(Seen(guard_, i, "a"));
  EXPECT_LE(guard_.remembered(), 1024u);
  for (uint64_t i = 10000 - 512; i < 10000; ++i) EXPECT_TRUE(Seen(guard_, i, "b")) << i;
  EXPECT_FALSE(Seen(guard_, 0, "b"));
}

TEST_F(ReplayGuardTest, ALargeMemoryKeepsHalfOfItAtLeast) {
  ReplayGuard large(1 << 15, clock_, nullptr);
  const auto key = [](uint64_t i) { return ReplayKey{i * 0x9E3779B97F4A7C15u, i}; };
  for (uint64_t i = 0; i < (1 << 14); ++i) large.Check({key(i)}, "a", kMinute, [](const auto&) {});
  size_t known = 0;
  for (uint64_t i = 0; i < (1 << 14); ++i) {
    large.Check({key(i)}, "b", kMinute, [&known](const std::vector<bool>& seen) { known += seen[0]; });
  }
  EXPECT_GT(known, size_t{(1 << 14) * 9 / 10});
  EXPECT_LE(large.remembered(), size_t{1 << 15});
}

TEST_F(ReplayGuardTest, OfManyCallsAtOnceOneIsFirst) {
  for (uint64_t passport = 0; passport < 50; ++passport) {
    std::atomic<int> first{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        if (!Seen(guard_, passport, absl::StrCat("call", t))) ++first;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(first, 1);
  }
}

TEST_F(ReplayGuardTest, WithoutSharedTableItSaysSo) { EXPECT_STREQ(guard_.shared_store(), "none"); }

// A fleet of two over a real Redis.
class ReplayFleetTest : public ReplayGuardTest {
 protected:
  std::unique_ptr<store::ClaimStore> Open() const {
    store::RedisOptions options;
    options.address = redis_.address();
    options.timeout = absl::Seconds(30);
    options.first_retry = options.longest_retry = absl::Milliseconds(10);
    auto claims = store::OpenRedisClaims(std::move(options)).value();
    while (!claims->connected()) std::this_thread::yield();
    return claims;
  }

  testing::RedisServer redis_;
  std::unique_ptr<store::ClaimStore> one_ = Open(), two_ = Open();
  ReplayGuard first_{1024, clock_, one_.get()}, second_{1024, clock_, two_.get()};
};

TEST_F(ReplayFleetTest, WhatOneSawTheOtherKnows) {
  EXPECT_STREQ(first_.shared_store(), "connected");
  EXPECT_FALSE(Seen(first_, 1, "a"));
  EXPECT_TRUE(Seen(second_, 1, "b"));
  EXPECT_FALSE(Seen(second_, 2, "a"));
  EXPECT_FALSE(Seen(first_, 2, "a"));  // the same call, forked to both
}

TEST_F(ReplayFleetTest, WithoutRedisEachKnowsWhatItSawItself) {
  EXPECT_FALSE(Seen(first_, 1, "a"));
  redis_.Kill();
  while (one_->connected() || two_->connected()) std::this_thread::yield();
  EXPECT_STREQ(first_.shared_store(), "away");
  EXPECT_TRUE(Seen(first_, 1, "b"));
  EXPECT_FALSE(Seen(second_, 1, "b"));
  redis_.Restart();
  while (!one_->connected() || !two_->connected()) std::this_thread::yield();
  EXPECT_FALSE(Seen(first_, 3, "a"));
  EXPECT_TRUE(Seen(second_, 3, "b"));
}

}  // namespace
}  // namespace sti::vs
