#include "common/http/connection_set.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace sti::http {

size_t ConnectionSet::size() const {
  MutexLock lock(mutex_);
  return connections_.size();
}

void ConnectionSet::Add(const std::shared_ptr<Connection>& connection) {
  MutexLock lock(mutex_);
  connections_.emplace(connection.get(), connection);
}

void ConnectionSet::Remove(const Connection* connection) {
  MutexLock lock(mutex_);
  connections_.erase(connection);
  removed_.notify_all();
}

bool ConnectionSet::draining() const {
  MutexLock lock(mutex_);
  return draining_;
}

void ConnectionSet::Drain() {
  // Outlives the lock: the last reference to a connection may be one of these, and its destructor takes the
  // lock.
  std::vector<std::shared_ptr<Connection>> alive;
  {
    MutexLock lock(mutex_);
    draining_ = true;
    for (const auto& [key, weak] : connections_) alive.push_back(weak.lock());
  }
  for (const auto& connection : alive) {
    if (connection) connection->Drain();
  }
}

void ConnectionSet::AwaitEmpty(absl::Duration at_most) {
  // Bounded: std::condition_variable adds the time to a clock that would overflow.
  const auto bounded = absl::ToChronoMilliseconds(std::min(at_most, absl::Hours(24)));
  std::unique_lock<std::mutex> lock(mutex_.native());
  removed_.wait_for(lock, bounded, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return connections_.empty(); });
}

}  // namespace sti::http
