#include "common/metrics/sharded_histogram.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace sti::metrics {
namespace {

constexpr double kBillion = 1e9;

// The same for a thread as long as it lives; threads take turns.
size_t PlaceOfThread() {
  static std::atomic<size_t> next{0};
  thread_local const size_t place = next.fetch_add(1, std::memory_order_relaxed);
  return place;
}

}  // namespace

ShardedHistogram::ShardedHistogram(std::vector<double> bounds) : bounds_(std::move(bounds)) {
  if (bounds_.size() <= kMaxBounds && std::is_sorted(bounds_.begin(), bounds_.end())) return;
  std::fprintf(stderr, "a histogram has at most %zu bounds, which grow\n", kMaxBounds);
  std::abort();
}

void ShardedHistogram::Observe(double value) {
  Shard& shard = shards_[PlaceOfThread() % shards_.size()];
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  shard.counts[static_cast<size_t>(bound - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  shard.sum.fetch_add(static_cast<int64_t>(value * kBillion), std::memory_order_relaxed);
}

ShardedHistogram::Totals ShardedHistogram::Sum() const {
  Totals totals;
  totals.cumulative.resize(bounds_.size() + 1);
  int64_t sum = 0;
  for (const Shard& shard : shards_) {
    sum += shard.sum.load(std::memory_order_relaxed);
    for (size_t i = 0; i <= bounds_.size(); ++i) {
      totals.cumulative[i] += shard.counts[i].load(std::memory_order_relaxed);
    }
  }
  for (size_t i = 1; i <= bounds_.size(); ++i) totals.cumulative[i] += totals.cumulative[i - 1];
  totals.sum = static_cast<double>(sum) / kBillion;
  return totals;
}

}  // namespace sti::metrics
