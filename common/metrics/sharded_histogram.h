// A distribution over buckets that many threads observe at once: on the path of a call, where a lock that all
// threads share would cost more than what it measures.
#ifndef COMMON_METRICS_SHARDED_HISTOGRAM_H_
#define COMMON_METRICS_SHARDED_HISTOGRAM_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sti::metrics {

// Thread-safe, no lock: an observation is two relaxed additions in the part of the calling thread.
class ShardedHistogram {
 public:
  static constexpr size_t kMaxBounds = 23;

  // Upper bounds, inclusive and growing; at most kMaxBounds.
  explicit ShardedHistogram(std::vector<double> bounds);

  // Below 2^33; summed up in billionths.
  void Observe(double value);

  struct Totals {
    std::vector<uint64_t> cumulative;  // one a bound, and that of all
    double sum = 0;
  };
  // Of what was observed before; what comes meanwhile may be in parts of it.
  Totals Sum() const;

  const std::vector<double>& bounds() const { return bounds_; }

 private:
  // Cache lines of its own.
  struct alignas(64) Shard {
    std::array<std::atomic<uint64_t>, kMaxBounds + 1> counts{};
    std::atomic<int64_t> sum{0};  // billionths
  };

  const std::vector<double> bounds_;
  std::array<Shard, 8> shards_;
};

}  // namespace sti::metrics

#endif  // COMMON_METRICS_SHARDED_HISTOGRAM_H_
