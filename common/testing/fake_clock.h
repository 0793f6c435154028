// A clock that stands still until told otherwise.
#ifndef COMMON_TESTING_FAKE_CLOCK_H_
#define COMMON_TESTING_FAKE_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "common/base/clock.h"

namespace sti::testing {

// Thread-safe. Keeps nanoseconds.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time now) : nanoseconds_(absl::ToUnixNanos(now)) {}
  absl::Time TimeNow() const override { return absl::FromUnixNanos(nanoseconds_); }
  void Set(absl::Time now) { nanoseconds_ = absl::ToUnixNanos(now); }
  void Advance(absl::Duration by) { nanoseconds_ += absl::ToInt64Nanoseconds(by); }

 private:
  std::atomic<int64_t> nanoseconds_;
};

}  // namespace sti::testing

#endif  // COMMON_TESTING_FAKE_CLOCK_H_
