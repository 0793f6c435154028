// The stages of a call, timed one after the other.
#ifndef COMMON_METRICS_STOPWATCH_H_
#define COMMON_METRICS_STOPWATCH_H_

#include <chrono>

#include "common/metrics/metrics.h"

namespace sti::metrics {

// By a clock that never jumps. Copies go on from the same moment. Not thread-safe.
class Stopwatch {
 public:
  // One that does not run reads no clock, and observes nothing.
  explicit Stopwatch(bool runs = true) : runs_(runs) {
    if (runs_) since_ = Clock::now();
  }

  // The time since the last Lap, or since the start. Null: that time counts for nothing.
  void Lap(Histogram* stage) {
    if (!runs_) return;
    const Clock::time_point now = Clock::now();
    if (stage != nullptr) stage->Observe(std::chrono::duration<double>(now - since_).count());
    since_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool runs_;
  Clock::time_point since_;
};

}  // namespace sti::metrics

#endif  // COMMON_METRICS_STOPWATCH_H_
