// Whether the clock of this machine can be trusted to sign: what verifiers dislike first is an iat that is
// off. The time of day is compared with the Date of HTTPS answers (RFC 9110 s6.6.1), carried on by the
// monotonic clock, so that a clock that is set wrong afterwards is seen at the next call.
#ifndef SERVICES_AS_CLOCK_WATCH_H_
#define SERVICES_AS_CLOCK_WATCH_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"

namespace sti::as {

// Goes on while the machine sleeps, never jumps; its zero means nothing (CLOCK_BOOTTIME). Thread-safe.
class MonotonicClock final : public Clock {
 public:
  absl::Time TimeNow() const override;
  static const MonotonicClock& Instance();
};

struct ClockWatchOptions {
  absl::Duration max_offset = absl::Seconds(5);  // beyond it nothing is signed; zero: never refuse
  absl::Duration alarm_offset = absl::Seconds(2);
};

// Thread-safe. Until the first answer only jumps of the clock since the start count. A jump is forgiven when
// the clock comes back, or when an answer says that it is right now; without any source of answers that takes
// a restart.
class ClockWatch {
 public:
  // `wall` is the clock that calls are signed by. Both must outlive this.
  ClockWatch(const Clock& wall, const Clock& monotonic, const ClockWatchOptions& options);

  // kClockWrong when the clock is off by more than max_offset. Two clock reads, no lock.
  absl::Status Check() const;

  // By how much the clock is ahead (negative: behind), as far as is known.
  absl::Duration Offset() const;

  // "" or what health says: the clock is off by more than alarm_offset, or refuses to sign.
  std::string Trouble() const;

  // An answer that `source` (a host) made at `date` and that has just arrived, `round_trip` after it was
  // asked for. Not for answers out of a cache (Age), nor for those of this daemon itself. Date has whole
  // seconds, so an answer says that the time is within [date, date + 1 s + round_trip]; slow answers (over 5
  // s) are not used. An answer by which the clock is off by more than max_offset counts only when a second
  // one of the same source, at least 2 s later, says the same: a cache that hides, or a single server's
  // mistake, must not stop all calls. Of several sources that disagree the median counts, the one that is
  // nearer to the clock when there are two in the middle.
  void Learn(const std::string& source, absl::Time date, absl::Duration round_trip);

  // Something is amiss that another answer would settle: an answer that was not confirmed yet, or a jump.
  // Whoever asks servers may do so at once, not more often than every few seconds.
  bool WantsAnswer() const;

  // Whether any answer counts yet.
  bool HasReference() const { return has_reference_; }

 private:
  struct Source {
    int64_t offset_ns = 0;   // wall - monotonic as it should be
    int64_t learned_ns = 0;  // monotonic
    bool counts = false;
  };
  int64_t WallAheadOfMonotonic() const;
  void Settle(int64_t now, int64_t now_ahead) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& wall_;
  const Clock& monotonic_;
  const ClockWatchOptions options_;
  std::atomic<int64_t> anchor_ns_;  // what wall - monotonic ought to be
  std::atomic<bool> has_reference_{false}, unconfirmed_{false};
  Mutex mutex_;
  std::map<std::string, Source> sources_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::as

#endif  // SERVICES_AS_CLOCK_WATCH_H_
