// How many calls a second: a token bucket as one atomic number (virtual scheduling, GCRA), so that a
// signature costs no lock for it. And how many a day, the same way.
#ifndef SERVICES_AS_TOKEN_BUCKET_H_
#define SERVICES_AS_TOKEN_BUCKET_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"

namespace sti::as {

// Thread-safe, lock-free.
class TokenBucket {
 public:
  // `rate` calls a second, `burst` of them at once after a pause (0: a second's); 0 as rate: no limit.
  TokenBucket(int64_t rate, int64_t burst);

  // Takes `n`, or nothing and says how long until they are there. More than the burst are there when the
  // bucket is full, and are a debt then. A clock that went back does not lock the bucket.
  absl::Duration Take(int64_t n, absl::Time now);
  // Undoes a Take of `n`.
  void GiveBack(int64_t n);

 private:
  int64_t CostOf(int64_t n) const;  // nanoseconds

  const int64_t rate_, burst_;
  std::atomic<int64_t> full_at_{0};  // nanoseconds since 1970
};

// Thread-safe, lock-free.
class DayCount {
 public:
  // At most `most` a day; 0: no limit.
  explicit DayCount(int64_t most) : most_(most) {}

  // Days are UTC's. False, and nothing taken, when fewer than `n` are left.
  bool Take(int64_t n, absl::Time now);

 private:
  const int64_t most_;
  std::atomic<uint64_t> day_and_count_{0};  // 20 bits, 44 bits
};

// Until the next day begins.
absl::Duration UntilNextDay(absl::Time now);

}  // namespace sti::as

#endif  // SERVICES_AS_TOKEN_BUCKET_H_
