#include "services/as/clock_watch.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::as {
namespace {

constexpr absl::Duration kSlowAnswer = absl::Seconds(5);
constexpr absl::Duration kConfirmAfter = absl::Seconds(2);
// Two answers agree when what they say differs by less: Date has whole seconds, and the network takes its
// time.
constexpr absl::Duration kAgreement = absl::Seconds(3);
// Of older answers only those count that are no older than this before the newest: a virtual machine that
// stood still has a monotonic clock that did, too.
constexpr absl::Duration kTogether = absl::Minutes(10);
constexpr absl::Duration kForgotten = absl::Hours(24);
// Hosts that answers are kept of; a daemon asks a handful.
constexpr size_t kSources = 32;

int64_t Nanos(absl::Duration duration) { return absl::ToInt64Nanoseconds(duration); }

std::string OffText(absl::Duration offset) {
  const absl::Duration size = absl::Trunc(absl::AbsDuration(offset), absl::Milliseconds(1));
  return absl::StrCat(absl::FormatDuration(size), offset < absl::ZeroDuration() ? " behind" : " ahead");
}

}  // namespace

absl::Time MonotonicClock::TimeNow() const {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::TimeFromTimespec(now);
}

const MonotonicClock& MonotonicClock::Instance() {
  static const MonotonicClock clock;
  return clock;
}

ClockWatch::ClockWatch(const Clock& wall, const Clock& monotonic, const ClockWatchOptions& options)
    : wall_(wall), monotonic_(monotonic), options_(options), anchor_ns_(WallAheadOfMonotonic()) {}

int64_t ClockWatch::WallAheadOfMonotonic() const {
  return absl::ToUnixNanos(wall_.TimeNow()) - absl::ToUnixNanos(monotonic_.TimeNow());
}

absl::Duration ClockWatch::Offset() const {
  return absl::Nanoseconds(WallAheadOfMonotonic() - anchor_ns_.load(std::memory_order_relaxed));
}

absl::Status ClockWatch::Check() const {
  if (options_.max_offset == absl::ZeroDuration()) return absl::OkStatus();
  const absl::Duration offset = Offset();
  if (absl::AbsDuration(offset) <= options_.max_offset) return absl::OkStatus();
  return MakeError(Reason::kClockWrong, absl::StrCat("the clock is ", OffText(offset)));
}

std::string ClockWatch::Trouble() const {
  const absl::Duration offset = Offset();
  if (!Check().ok()) return absl::StrCat("clock wrong, nothing is signed: ", OffText(offset));
  if (absl::AbsDuration(offset) <= options_.alarm_offset) return "";
  return absl::StrCat("clock off: ", OffText(offset));
}

bool ClockWatch::WantsAnswer() const {
  const absl::Duration least = options_.max_offset == absl::ZeroDuration()
                                   ? options_.alarm_offset
                                   : std::min(options_.max_offset, options_.alarm_offset);
  return unconfirmed_ || absl::AbsDuration(Offset()) > least;
}

void ClockWatch::Learn(const std::string& source, absl::Time date, absl::Duration round_trip) {
  if (round_trip < absl::ZeroDuration() || round_trip > kSlowAnswer) return;
  const absl::Time wall = wall_.TimeNow();
  const int64_t monotonic = absl::ToUnixNanos(monotonic_.TimeNow());
  const int64_t ahead = absl::ToUnixNanos(wall) - monotonic;
  // Zero within what the answer leaves open, so that its coarseness is not taken for an error of the clock.
  const absl::Time latest = date + absl::Seconds(1) + round_trip;
  absl::Duration off = absl::ZeroDuration();
  if (wall < date) off = wall - date;
  if (wall > latest) off = wall - latest;
  if (absl::AbsDuration(off) > absl::Hours(24 * 365 * 100)) return;  // a Date out of this world

  MutexLock lock(mutex_);
  if (sources_.size() >= kSources && sources_.count(source) == 0) return;
  Source& known = sources_[source];
  const int64_t said = ahead - Nanos(off);
  const bool harmless = absl::AbsDuration(off) <= options_.max_offset;
  const bool same = known.learned_ns != 0 && std::abs(said - known.offset_ns) <= Nanos(kAgreement);
  const bool confirmed = same && (known.counts || monotonic - known.learned_ns >= Nanos(kConfirmAfter));
  if (same && !harmless && !confirmed) return;  // too early to confirm: the first answer keeps its time
  known = Source{said, monotonic, harmless || confirmed};
  Settle(monotonic, ahead);
}

void ClockWatch::Settle(int64_t now, int64_t now_ahead) {
  std::vector<int64_t> said;
  bool unconfirmed = false;
  for (auto entry = sources_.begin(); entry != sources_.end();) {
    const Source& source = entry->second;
    const int64_t age = now - source.learned_ns;
    if (source.counts && age <= Nanos(kTogether)) said.push_back(source.offset_ns);
    unconfirmed = unconfirmed || !source.counts;
    entry = age > Nanos(kForgotten) ? sources_.erase(entry) : std::next(entry);
  }
  unconfirmed_ = unconfirmed;
  if (said.empty()) return;
  std::sort(said.begin(), said.end());
  const int64_t upper = said[said.size() / 2];
  const int64_t lower = said[(said.size() - 1) / 2];
  anchor_ns_ = std::abs(now_ahead - lower) <= std::abs(now_ahead - upper) ? lower : upper;
  has_reference_ = true;
}

}  // namespace sti::as
