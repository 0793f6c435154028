#include "services/as/token_bucket.h"

#include <algorithm>

#include "common/base/limits.h"

namespace sti::as {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kDay = 86400;
constexpr int kCountBits = 44;
constexpr uint64_t kCountMask = (uint64_t{1} << kCountBits) - 1;

int64_t DayOf(absl::Time now) { return std::max<int64_t>(absl::ToUnixSeconds(now), 0) / kDay; }

}  // namespace

TokenBucket::TokenBucket(int64_t rate, int64_t burst)
    : rate_(rate), burst_(burst > 0 ? burst : std::max<int64_t>(rate, 1)) {}

// Rates are at most 10^7, bursts too: no overflow.
int64_t TokenBucket::CostOf(int64_t n) const { return n * kSecond / rate_; }

absl::Duration TokenBucket::Take(int64_t n, absl::Time now_time) {
  if (rate_ == 0) return absl::ZeroDuration();
  const int64_t now = absl::ToUnixNanos(now_time);
  const int64_t longest = CostOf(std::max<int64_t>(burst_, limits::kBatch));
  const int64_t deep = CostOf(std::max(burst_, n));
  int64_t full_at = full_at_.load(std::memory_order_relaxed);
  for (;;) {
    const bool behind = full_at < now || full_at - now > longest;
    const int64_t next = (behind ? now : full_at) + CostOf(n);
    if (next - now > deep) return absl::Nanoseconds(next - now - deep);
    if (full_at_.compare_exchange_weak(full_at, next, std::memory_order_relaxed)) return absl::ZeroDuration();
  }
}

void TokenBucket::GiveBack(int64_t n) {
  if (rate_ > 0) full_at_.fetch_sub(CostOf(n), std::memory_order_relaxed);
}

bool DayCount::Take(int64_t n, absl::Time now) {
  if (most_ == 0) return true;
  const auto day = static_cast<uint64_t>(DayOf(now));
  uint64_t seen = day_and_count_.load(std::memory_order_relaxed);
  for (;;) {
    const uint64_t used = (seen >> kCountBits) == day ? seen & kCountMask : 0;
    const uint64_t next = used + static_cast<uint64_t>(n);
    if (next > static_cast<uint64_t>(most_)) return false;
    if (day_and_count_.compare_exchange_weak(seen, (day << kCountBits) | next, std::memory_order_relaxed)) {
      return true;
    }
  }
}

absl::Duration UntilNextDay(absl::Time now) { return absl::FromUnixSeconds((DayOf(now) + 1) * kDay) - now; }

}  // namespace sti::as
