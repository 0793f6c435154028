// Threads that leave signals to the program's main thread.
#ifndef COMMON_HTTP_WORKER_THREAD_H_
#define COMMON_HTTP_WORKER_THREAD_H_

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <thread>
#include <utility>

namespace sti::http {

// With every signal blocked: SIGTERM reaches whoever waits for it, and SIGPIPE from a peer that went away
// (libcurl and OpenSSL write without MSG_NOSIGNAL) is just EPIPE.
inline std::thread StartWorkerThread(std::function<void()> work) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(work));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

// For a thread whose work nobody waits for by the millisecond. Under load it, and the threads that it starts,
// get a tenth of what others get (nice 10; Linux counts niceness by thread).
inline void YieldToOthers() { setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 10); }

}  // namespace sti::http

#endif  // COMMON_HTTP_WORKER_THREAD_H_
