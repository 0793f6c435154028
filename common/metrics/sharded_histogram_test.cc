#include "common/metrics/sharded_histogram.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace sti::metrics {
namespace {

TEST(ShardedHistogramTest, BoundsAreInclusiveAndTheRestIsCounted) {
  ShardedHistogram histogram({0.001, 1});
  for (const double value : {0.0, 0.001, 0.0011, 1.0, 1.5}) histogram.Observe(value);
  const ShardedHistogram::Totals totals = histogram.Sum();
  EXPECT_EQ(totals.cumulative, (std::vector<uint64_t>{2, 4, 5}));
  EXPECT_NEAR(totals.sum, 2.5021, 1e-6);
}

TEST(ShardedHistogramTest, ManyThreadsLoseNothing) {
  ShardedHistogram histogram({0.5});
  std::vector<std::thread> threads;
  for (int t = 0; t < 20; ++t) {  // more than there are shards
    threads.emplace_back([&histogram] {
      for (int i = 0; i < 1000; ++i) histogram.Observe(i % 2 == 0 ? 0.25 : 0.75);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const ShardedHistogram::Totals totals = histogram.Sum();
  EXPECT_EQ(totals.cumulative, (std::vector<uint64_t>{10000, 20000}));
  EXPECT_DOUBLE_EQ(totals.sum, 10000);
}

TEST(ShardedHistogramDeathTest, BoundsThatDoNotFitEndTheProgram) {
  EXPECT_DEATH(ShardedHistogram({1, 0.5}), "bounds");
  EXPECT_DEATH(ShardedHistogram(std::vector<double>(ShardedHistogram::kMaxBounds + 1, 1)), "bounds");
  EXPECT_EQ(ShardedHistogram(std::vector<double>(ShardedHistogram::kMaxBounds, 1)).Sum().cumulative.back(),
            0u);
}

}  // namespace
}  // namespace sti::metrics
