#include "services/vs/completion_pool.h"

#include <gtest/gtest.h>

#include <atomic>

namespace sti::vs {
namespace {

TEST(CompletionPoolTest, RunsEveryTaskBeforeItEnds) {
  std::atomic<int> ran{0};
  {
    CompletionPool pool(3);
    for (int i = 0; i < 500; ++i) pool.Run([&ran] { ++ran; });
  }
  EXPECT_EQ(ran.load(), 500);
}

TEST(CompletionPoolTest, ATaskMayAddAnother) {
  std::atomic<int> ran{0};
  {
    CompletionPool pool(1);
    pool.Run([&] {
      ++ran;
      pool.Run([&ran] { ++ran; });
    });
  }
  EXPECT_EQ(ran.load(), 2);
}

}  // namespace
}  // namespace sti::vs
