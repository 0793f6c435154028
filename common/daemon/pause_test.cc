#include "common/daemon/pause.h"

#include <gtest/gtest.h>

#include <thread>

namespace sti::daemon {
namespace {

TEST(PauseTest, EndsByItself) {
  Pause pause;
  EXPECT_TRUE(pause.For(absl::Milliseconds(1)));
}

TEST(PauseTest, AWakeBeforeThePauseIsNotLost) {
  Pause pause;
  pause.Wake();
  EXPECT_TRUE(pause.For(absl::InfiniteDuration()));
}

TEST(PauseTest, AWakeEndsOnePauseOnly) {
  Pause pause;
  pause.Wake();
  EXPECT_TRUE(pause.For(absl::InfiniteDuration()));
  std::thread waker([&pause] { pause.Wake(); });
  EXPECT_TRUE(pause.For(absl::InfiniteDuration()));
  waker.join();
}

TEST(PauseTest, StopEndsTheSleeperAndAllThatFollow) {
  Pause pause;
  std::thread stopper([&pause] { pause.Stop(); });
  EXPECT_FALSE(pause.For(absl::InfiniteDuration()));
  stopper.join();
  EXPECT_FALSE(pause.For(absl::InfiniteDuration()));
}

}  // namespace
}  // namespace sti::daemon
