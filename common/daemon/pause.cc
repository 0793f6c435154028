#include "common/daemon/pause.h"

#include <algorithm>
#include <mutex>

namespace sti::daemon {

bool Pause::For(absl::Duration time) {
  // Bounded: std::condition_variable adds the time to a clock that would overflow.
  const auto bounded = absl::ToChronoMilliseconds(std::min(time, absl::Hours(24 * 365)));
  std::unique_lock<std::mutex> lock(mutex_.native());
  changed_.wait_for(lock, bounded, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return stopped_ || woken_; });
  woken_ = false;
  return !stopped_;
}

void Pause::Wake() {
  {
    MutexLock lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void Pause::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

}  // namespace sti::daemon
