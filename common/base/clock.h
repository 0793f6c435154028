// The time of day as a seam, so that tests decide what time it is.
#ifndef COMMON_BASE_CLOCK_H_
#define COMMON_BASE_CLOCK_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace sti {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time TimeNow() const = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time TimeNow() const override { return absl::Now(); }
  static const SystemClock& Instance() {
    static const SystemClock clock;
    return clock;
  }
};

}  // namespace sti

#endif  // COMMON_BASE_CLOCK_H_
