#include "services/as/expiry.h"

#include <algorithm>

namespace sti::as {

ExpiryLevel ExpiryLevelOf(absl::Time not_before, absl::Time not_after, absl::Time now) {
  const absl::Duration lifetime = not_after - not_before;
  const absl::Duration left = not_after - now;
  constexpr absl::Duration kDay = absl::Hours(24);
  if (left <= std::min(kDay, lifetime / 28)) return ExpiryLevel::kAlarm;
  if (left <= std::min(7 * kDay, lifetime / 8)) return ExpiryLevel::kWarning;
  if (left <= std::min(14 * kDay, lifetime / 4)) return ExpiryLevel::kNotice;
  return ExpiryLevel::kFine;
}

}  // namespace sti::as
