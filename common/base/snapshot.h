// Read-mostly state (DESIGN idea 6): readers take a shared_ptr to an immutable value, a writer swaps it.
#ifndef COMMON_BASE_SNAPSHOT_H_
#define COMMON_BASE_SNAPSHOT_H_

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace sti {

// Thread-safe. Get() never waits for work that a writer does: a writer builds first, then swaps pointers.
template <typename T>
class Snapshot {
 public:
  Snapshot() = default;
  explicit Snapshot(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  // Null until the first Set.
  std::shared_ptr<const T> Get() const {
    std::shared_lock<std::shared_mutex> lock(mutex_);
    return value_;
  }

  void Set(std::shared_ptr<const T> value) {
    std::unique_lock<std::shared_mutex> lock(mutex_);
    value_.swap(value);
    lock.unlock();  // the old value dies outside of the lock
  }

 private:
  mutable std::shared_mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace sti

#endif  // COMMON_BASE_SNAPSHOT_H_
