// Claims against Debian's redis-server.
#include "common/store/redis_claims.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/store/testing/redis_server.h"

namespace sti::store {
namespace {

using Answer = absl::StatusOr<std::string>;

class RedisClaimsTest : public ::testing::Test {
 protected:
  // Long enough for a machine that is busy; tests of a Redis that hangs say less.
  static RedisOptions Options(const std::string& address, const std::string& password = "") {
    RedisOptions options;
    options.address = address;
    options.password = Secret(password);
    options.timeout = absl::Seconds(30);
    options.first_retry = options.longest_retry = absl::Milliseconds(10);
    return options;
  }
  static std::unique_ptr<ClaimStore> Open(RedisOptions options) {
    return OpenRedisClaims(std::move(options)).value();
  }
  static void AwaitConnected(const ClaimStore& claims, bool connected = true) {
    while (claims.connected() != connected) std::this_thread::yield();
  }
  static Answer Claim(ClaimStore& claims, const std::string& key, const std::string& holder,
                      absl::Duration ttl = absl::Hours(1)) {
    std::promise<Answer> answer;
    claims.Claim(key, holder, ttl, [&answer](Answer result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }
  static Reason Failed(ClaimStore& claims) { return ReasonOf(Claim(claims, "k", "h").status()); }
};

TEST_F(RedisClaimsTest, TheFirstHoldsTheKey) {
  testing::RedisServer redis;
  const auto claims = Open(Options(redis.address()));
  AwaitConnected(*claims);
  const std::string binary("\0\r\n$\xff key", 9);
  EXPECT_EQ(Claim(*claims, binary, "a").value(), "a");
  EXPECT_EQ(Claim(*claims, binary, "b").value(), "a");
  EXPECT_EQ(Claim(*claims, binary, "a").value(), "a");
  EXPECT_EQ(Claim(*claims, "other", "b").value(), "b");
}

TEST_F(RedisClaimsTest, SeveralDaemonsShareTheTable) {
  testing::RedisServer redis;
  const auto one = Open(Options(redis.address())), two = Open(Options(redis.address()));
  AwaitConnected(*one);
  AwaitConnected(*two);
  EXPECT_EQ(Claim(*one, "k", "a").value(), "a");
  EXPECT_EQ(Claim(*two, "k", "b").value(), "a");
}

TEST_F(RedisClaimsTest, AClaimEndsWithItsTime) {
  testing::RedisServer redis;
  const auto claims = Open(Options(redis.address()));
  AwaitConnected(*claims);
  Claim(*claims, "k", "a", absl::Milliseconds(1)).value();
  while (Claim(*claims, "k", "b").value() != "b") std::this_thread::yield();
  EXPECT_EQ(Claim(*claims, "k", "a").value(), "b");
}

TEST_F(RedisClaimsTest, ManyClaimsAtOnceGetTheirOwnAnswers) {
  testing::RedisServer redis;
  const auto claims = Open(Options(redis.address()));
  AwaitConnected(*claims);
  constexpr int kThreads = 4, kEach = 500;
  std::atomic<int> right{0}, answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string holder = absl::StrCat(t, "/", i);
        claims->Claim(holder, holder, absl::Hours(1), [&, holder](const Answer& answer) {
          if (answer.ok() && *answer == holder) ++right;
          ++answered;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  while (answered < kThreads * kEach) std::this_thread::yield();
  EXPECT_EQ(right, kThreads * kEach);
}

TEST_F(RedisClaimsTest, WithoutRedisAClaimFailsAtOnce) {
  testing::RedisServer redis;
  redis.Kill();
  const auto claims = Open(Options(redis.address()));
  EXPECT_EQ(Failed(*claims), Reason::kUnavailable);
  EXPECT_FALSE(claims->connected());
  redis.Restart();
  AwaitConnected(*claims);
  EXPECT_EQ(Claim(*claims, "k", "a").value(), "a");
}

TEST_F(RedisClaimsTest, ARedisThatDiesIsMissedAndFoundAgain) {
  testing::RedisServer redis;
  const auto claims = Open(Options(redis.address()));
  for (int round = 0; round < 3; ++round) {
    AwaitConnected(*claims);
    EXPECT_EQ(Claim(*claims, "k", "a").value(), "a");
    redis.Kill();
    AwaitConnected(*claims, false);
    EXPECT_EQ(Failed(*claims), Reason::kUnavailable);
    redis.Restart();
  }
}

TEST_F(RedisClaimsTest, ARedisThatHangsFailsTheClaimInTimeAndLaterOnesAtOnce) {
  testing::RedisServer redis;
  RedisOptions options = Options(redis.address());
  options.timeout = absl::Milliseconds(200);
  const auto claims = Open(std::move(options));
  AwaitConnected(*claims);
  redis.Hang();
  EXPECT_EQ(Failed(*claims), Reason::kUnavailable);
  AwaitConnected(*claims, false);
  EXPECT_EQ(Failed(*claims), Reason::kUnavailable);
  redis.Resume();
  AwaitConnected(*claims);
  while (!Claim(*claims, "fresh", "a").ok()) std::this_thread::yield();
}

TEST_F(RedisClaimsTest, ARedisThatHangsIsNoticedWithoutAClaim) {
  testing::RedisServer redis;
  RedisOptions options = Options(redis.address());
  options.heartbeat = absl::Milliseconds(10);
  options.connect_timeout = absl::Milliseconds(500);
  const auto claims = Open(std::move(options));
  for (int round = 0; round < 2; ++round) {
    AwaitConnected(*claims);
    redis.Hang();
    AwaitConnected(*claims, false);
    redis.Resume();
  }
  AwaitConnected(*claims);
  while (!Claim(*claims, "k", "a").ok()) std::this_thread::yield();
}

TEST_F(RedisClaimsTest, ClaimsBetweenSignsOfLifeGetTheirOwnAnswers) {
  testing::RedisServer redis;
  RedisOptions options = Options(redis.address());
  options.connect_timeout = absl::Seconds(30);
  options.heartbeat = absl::ZeroDuration();  // one after the other
  const auto claims = Open(std::move(options));
  AwaitConnected(*claims);
  for (int i = 0; i < 300; ++i) {
    const std::string key = absl::StrCat("key", i);
    ASSERT_EQ(Claim(*claims, key, "a").value(), "a");
    ASSERT_EQ(Claim(*claims, key, "b").value(), "a");
  }
}

TEST_F(RedisClaimsTest, ClaimsThatWaitAreBounded) {
  testing::RedisServer redis;
  RedisOptions options = Options(redis.address());
  options.max_waiting = 2;
  const auto claims = Open(std::move(options));
  AwaitConnected(*claims);
  redis.Hang();
  std::atomic<int> answered{0};
  for (int i = 0; i < 2; ++i) claims->Claim("k", "a", absl::Hours(1), [&](const Answer&) { ++answered; });
  EXPECT_EQ(answered, 0);
  EXPECT_EQ(Failed(*claims), Reason::kUnavailable);
  EXPECT_EQ(answered, 0);
  redis.Resume();
  while (answered < 2) std::this_thread::yield();
  EXPECT_TRUE(Claim(*claims, "k", "a").ok());
}

TEST_F(RedisClaimsTest, WhatIsUnderWayIsAnsweredWhenTheStoreCloses) {
  testing::RedisServer redis;
  auto claims = Open(Options(redis.address()));
  AwaitConnected(*claims);
  redis.Hang();
  std::vector<Reason> reasons;
  for (int i = 0; i < 3; ++i) {
    claims->Claim("k", "a", absl::Hours(1),
                  [&](const Answer& answer) { reasons.push_back(ReasonOf(answer.status())); });
  }
  claims.reset();
  EXPECT_EQ(reasons, std::vector<Reason>(3, Reason::kUnavailable));
}

// What a store says about its connection, in order.
struct Changes {
  std::mutex mutex;
  std::vector<std::string> told;
  std::function<void(bool, absl::string_view)> Listener() {
    return [this](bool connected, absl::string_view why) {
      std::lock_guard<std::mutex> lock(mutex);
      told.push_back(absl::StrCat(connected ? "connected" : "away: ", why));
    };
  }
  std::string First() {
    while (true) {
      std::lock_guard<std::mutex> lock(mutex);
      if (!told.empty()) return told[0];
    }
  }
};

TEST_F(RedisClaimsTest, ThePasswordOpensAndIsNeverTold) {
  testing::RedisServer redis("sesame");
  for (const char* password : {"", "wrong-password", "sesame"}) {
    Changes changes;
    RedisOptions options = Options(redis.address(), password);
    options.on_change = changes.Listener();
    const auto claims = Open(std::move(options));
    const std::string first = changes.First();
    if (std::string(password) == "sesame") {
      EXPECT_EQ(first, "connected");
      EXPECT_EQ(Claim(*claims, "k", "a").value(), "a");
      continue;
    }
    EXPECT_TRUE(absl::StartsWith(first, "away: ")) << first;
    EXPECT_TRUE(absl::StrContains(first, "password")) << first;
    EXPECT_FALSE(absl::StrContains(first, "wrong-password")) << first;
    EXPECT_EQ(Failed(*claims), Reason::kUnavailable);
  }
}

TEST_F(RedisClaimsTest, AnAddressThatIsNoneIsRefused) {
  for (const char* address : {"", "host", ":1", "host:", "host:0", "host:65536", "host:x"}) {
    EXPECT_EQ(ReasonOf(OpenRedisClaims(Options(address)).status()), Reason::kConfigInvalid) << address;
  }
}

}  // namespace
}  // namespace sti::store
