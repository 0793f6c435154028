#include "common/status/times.h"

#include <array>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace sti::status {

std::string TimeText(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return "never";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

std::string DurationText(absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return "for ever";
  struct Unit {
    int64_t seconds;
    const char *one, *many;
  };
  constexpr std::array<Unit, 4> kUnits = {
      {{86400, " day", " days"}, {3600, " h", " h"}, {60, " min", " min"}, {1, " s", " s"}}};
  const int64_t seconds = absl::ToInt64Seconds(absl::AbsDuration(duration));
  for (size_t i = 0; i < kUnits.size(); ++i) {
    const int64_t count = seconds / kUnits[i].seconds;
    if (count == 0) continue;
    std::string text = absl::StrCat(count, count == 1 ? kUnits[i].one : kUnits[i].many);
    if (i + 1 < kUnits.size()) {
      const Unit& next = kUnits[i + 1];
      const int64_t rest = seconds % kUnits[i].seconds / next.seconds;
      if (rest > 0) absl::StrAppend(&text, " ", rest, rest == 1 ? next.one : next.many);
    }
    return text;
  }
  return "no time";
}

std::string AgoText(absl::Time time, absl::Time now) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return "never";
  if (absl::AbsDuration(now - time) < absl::Seconds(1)) return absl::StrCat(TimeText(time), " (just now)");
  const char* where = time > now ? " from now" : " ago";
  return absl::StrCat(TimeText(time), " (", DurationText(now - time), where, ")");
}

Value LeftUntil(absl::Time end, absl::Time now, absl::Duration soon) {
  if (end == absl::InfiniteFuture()) return "no end";
  if (now >= end) return Bad(absl::StrCat("expired ", DurationText(now - end), " ago"));
  std::string left = absl::StrCat(DurationText(end - now), " left");
  return end - now <= soon ? Warning(std::move(left)) : Good(std::move(left));
}

}  // namespace sti::status
