#include "common/http/turnstile.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace sti::http {
namespace {

TEST(Turnstile, LetsInAsManyAsThereArePlaces) {
  Turnstile turnstile(2);
  EXPECT_TRUE(turnstile.Enter());
  EXPECT_TRUE(turnstile.Enter());
  EXPECT_FALSE(turnstile.Enter());
  EXPECT_FALSE(turnstile.Enter()) << "being turned away takes no place and frees none";
  turnstile.Leave();
  EXPECT_TRUE(turnstile.Enter());
  EXPECT_FALSE(turnstile.Enter());
}

TEST(Turnstile, NeverMoreAtOnceWhateverTheThreads) {
  constexpr int kPlaces = 3;
  Turnstile turnstile(kPlaces);
  std::atomic<int> inside{0}, most{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 2000; ++round) {
        if (!turnstile.Enter()) continue;
        const int now = ++inside;
        int seen = most;
        while (seen < now && !most.compare_exchange_weak(seen, now)) {
        }
        --inside;
        turnstile.Leave();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, kPlaces);
  EXPECT_TRUE(turnstile.Enter());
}

}  // namespace
}  // namespace sti::http
