// Work that others want done on a thread, one piece after the other.
#ifndef SERVICES_AS_WORK_QUEUE_H_
#define SERVICES_AS_WORK_QUEUE_H_

#include <deque>
#include <functional>
#include <future>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"

namespace sti::as {

// Thread-safe.
class WorkQueue {
 public:
  using Work = std::function<absl::Status()>;

  // Waits until `work` was done, and gives what it gave; `wake` is called once it is in the queue.
  // kUnavailable when the queue is or gets closed before.
  absl::Status Do(Work work, const std::function<void()>& wake) {
    std::future<absl::Status> done;
    {
      MutexLock lock(mutex_);
      if (closed_) return Closed();
      queue_.push_back({std::move(work), {}});
      done = queue_.back().done.get_future();
    }
    wake();
    return done.get();
  }

  // Does one piece of work, on the caller's thread. False when there was none.
  bool RunOne() {
    Item item;
    if (!Take(item)) return false;
    item.done.set_value(item.work());
    return true;
  }

  // Whoever waits is told kUnavailable, and whoever comes later. Idempotent.
  void Close() {
    std::deque<Item> left;
    {
      MutexLock lock(mutex_);
      closed_ = true;
      left.swap(queue_);
    }
    for (Item& item : left) item.done.set_value(Closed());
  }

 private:
  struct Item {
    Work work;
    std::promise<absl::Status> done;
  };
  static absl::Status Closed() { return MakeError(Reason::kUnavailable, "the daemon is stopping"); }
  bool Take(Item& item) {
    MutexLock lock(mutex_);
    if (queue_.empty()) return false;
    item = std::move(queue_.front());
    queue_.pop_front();
    return true;
  }

  Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<Item> queue_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::as

#endif  // SERVICES_AS_WORK_QUEUE_H_
