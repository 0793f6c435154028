#include "common/daemon/log_repeats.h"

#include <algorithm>

namespace sti::daemon {

LogRepeats::Verdict LogRepeats::Judge(absl::string_view kind, absl::Time now) {
  const MutexLock lock(mutex_);
  auto found = windows_.find(kind);
  if (found == windows_.end()) {
    if (windows_.size() >= kKinds) return Verdict::kWrite;
    found = windows_.emplace(std::string(kind), Window{now}).first;
    next_end_ = std::min(next_end_, now + kWindow);
  }
  const int64_t lines = ++found->second.lines;
  if (lines > kWritten) return Verdict::kLeaveOut;
  return lines == kWritten ? Verdict::kWriteAsLast : Verdict::kWrite;
}

std::vector<LogRepeats::LeftOut> LogRepeats::Ended(absl::Time now) {
  const MutexLock lock(mutex_);
  if (now < next_end_) return {};
  return EndBefore(now - kWindow);
}

std::vector<LogRepeats::LeftOut> LogRepeats::EndAll() {
  const MutexLock lock(mutex_);
  return EndBefore(absl::InfiniteFuture());
}

std::vector<LogRepeats::LeftOut> LogRepeats::EndBefore(absl::Time begin) {
  std::vector<LeftOut> left_out;
  next_end_ = absl::InfiniteFuture();
  for (auto window = windows_.begin(); window != windows_.end();) {
    if (window->second.begin > begin) {
      next_end_ = std::min(next_end_, window->second.begin + kWindow);
      ++window;
      continue;
    }
    if (window->second.lines > kWritten) left_out.push_back({window->first, window->second.lines - kWritten});
    windows_.erase(window++);
  }
  return left_out;
}

}  // namespace sti::daemon
