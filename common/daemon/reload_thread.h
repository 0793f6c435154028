// Looks after the files that a daemon reads again while it runs.
#ifndef COMMON_DAEMON_RELOAD_THREAD_H_
#define COMMON_DAEMON_RELOAD_THREAD_H_

#include <atomic>
#include <thread>

#include "common/daemon/pause.h"

namespace sti::daemon {

// Checks files::FileWatch::OfProcess every two seconds, and logs what was loaded or refused. One at a time.
class ReloadThread {
 public:
  ReloadThread();
  ~ReloadThread();
  ReloadThread(const ReloadThread&) = delete;
  ReloadThread& operator=(const ReloadThread&) = delete;

  // Everything now, changed or not. Does not wait.
  void All();

 private:
  void Run();

  Pause pause_;
  std::atomic<bool> all_{false};
  std::thread thread_;
};

}  // namespace sti::daemon

#endif  // COMMON_DAEMON_RELOAD_THREAD_H_
