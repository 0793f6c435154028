// The sleep of a background thread: it ends early when there is work, or for good when the daemon stops.
#ifndef COMMON_DAEMON_PAUSE_H_
#define COMMON_DAEMON_PAUSE_H_

#include <condition_variable>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"

namespace sti::daemon {

// Thread-safe; one thread sleeps at a time.
class Pause {
 public:
  // Returns after `time`, after a Wake since the last return, or at once when stopped. False when stopped.
  bool For(absl::Duration time) ABSL_NO_THREAD_SAFETY_ANALYSIS;
  void Wake();
  void Stop();

 private:
  Mutex mutex_;
  std::condition_variable changed_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sti::daemon

#endif  // COMMON_DAEMON_PAUSE_H_
