#include "common/status/rate_window.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace sti::status {
namespace {

constexpr uint64_t kMost = std::numeric_limits<uint32_t>::max();

uint64_t MinuteOf(absl::Time time) {
  return static_cast<uint64_t>(std::max<int64_t>(0, absl::ToUnixSeconds(time) / 60));
}

std::string PerMinute(double count) {
  return count > 0 && count < 10 ? absl::StrFormat("%.1f", count) : absl::StrFormat("%.0f", count);
}

}  // namespace

void RateWindow::Add(absl::Time now, uint32_t count) {
  const uint64_t minute = MinuteOf(now) & kMost;
  std::atomic<uint64_t>& slot = slots_[minute % slots_.size()];
  uint64_t old = slot.load(std::memory_order_relaxed);
  uint64_t next = 0;
  do {
    const uint64_t before = old >> 32 == minute ? old & kMost : 0;
    next = minute << 32 | std::min(kMost, before + count);
  } while (!slot.compare_exchange_weak(old, next, std::memory_order_relaxed));
}

uint32_t RateWindow::InMinute(absl::Time now, int ago) const {
  const uint64_t current = MinuteOf(now) & kMost;
  if (ago < 0 || ago > kMinutes || current < static_cast<uint64_t>(ago)) return 0;
  const uint64_t minute = current - static_cast<uint64_t>(ago);
  const uint64_t slot = slots_[minute % slots_.size()].load(std::memory_order_relaxed);
  return slot >> 32 == minute ? static_cast<uint32_t>(slot & kMost) : 0;
}

double RateWindow::Average(absl::Time now, int minutes) const {
  const int counted = std::clamp(minutes, 1, kMinutes);
  double sum = 0;
  for (int ago = 1; ago <= counted; ++ago) sum += InMinute(now, ago);
  return sum / counted;
}

Table RateTable(const std::vector<std::pair<std::string, const RateWindow*>>& rates, absl::Time now) {
  Table table;
  table.caption = "A minute, on average over whole minutes";
  table.columns = {"What", "This minute so far", "Last minute", "Last 5 minutes", "Last 15 minutes"};
  for (const auto& [what, rate] : rates) {
    table.rows.push_back({what, absl::StrCat(rate->InMinute(now, 0)), absl::StrCat(rate->InMinute(now, 1)),
                          PerMinute(rate->Average(now, 5)), PerMinute(rate->Average(now, 15))});
  }
  return table;
}

}  // namespace sti::status
