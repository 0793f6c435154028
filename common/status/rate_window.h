// How often something happened in each of the last minutes.
#ifndef COMMON_STATUS_RATE_WINDOW_H_
#define COMMON_STATUS_RATE_WINDOW_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/status/page.h"

namespace sti::status {

// Thread-safe, no lock: an event costs an atomic exchange.
class RateWindow {
 public:
  static constexpr int kMinutes = 15;

  void Add(absl::Time now, uint32_t count = 1);
  // In the minute that has begun `ago` minutes before the current one: 0 is the current, which is not over;
  // kMinutes the oldest that is known.
  uint32_t InMinute(absl::Time now, int ago) const;
  // A minute, on average over the last `minutes` whole ones, at most kMinutes.
  double Average(absl::Time now, int minutes) const;

 private:
  // The minute since 1970 in the upper half, the count in the lower, so that both change at once.
  std::array<std::atomic<uint64_t>, kMinutes + 1> slots_{};
};

// A row for each.
Table RateTable(const std::vector<std::pair<std::string, const RateWindow*>>& rates, absl::Time now);

}  // namespace sti::status

#endif  // COMMON_STATUS_RATE_WINDOW_H_
