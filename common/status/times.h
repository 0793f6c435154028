// Times and durations for people.
#ifndef COMMON_STATUS_TIMES_H_
#define COMMON_STATUS_TIMES_H_

#include <string>

#include "absl/time/time.h"
#include "common/status/page.h"

namespace sti::status {

// "2026-11-23 22:05:09 UTC"; "never" for the infinite ones.
std::string TimeText(absl::Time time);
// The two greatest units: "3 days 4 h", "2 h 5 min", "1 min 12 s", "8 s"; "no time" below a second.
std::string DurationText(absl::Duration duration);
// "2026-11-23 22:05:09 UTC (3 min 2 s ago)".
std::string AgoText(absl::Time time, absl::Time now);
// The time that is left: bad when it is over, a warning within `soon`, which is in time to act.
Value LeftUntil(absl::Time end, absl::Time now, absl::Duration soon);

}  // namespace sti::status

#endif  // COMMON_STATUS_TIMES_H_
