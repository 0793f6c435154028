// A few threads that finish what had to wait.
#ifndef SERVICES_VS_COMPLETION_POOL_H_
#define SERVICES_VS_COMPLETION_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"

namespace sti::vs {

// Thread-safe. The queue is as long as its users make it: a task cannot be refused here, since a call waits
// for it. Verifier queues one only for a call that holds a place among VerifierOptions::max_pending.
class CompletionPool {
 public:
  explicit CompletionPool(size_t threads);
  ~CompletionPool();  // runs what is queued, then ends
  CompletionPool(const CompletionPool&) = delete;
  CompletionPool& operator=(const CompletionPool&) = delete;

  void Run(std::function<void()> task);

 private:
  void Work() ABSL_NO_THREAD_SAFETY_ANALYSIS;

  Mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_COMPLETION_POOL_H_
