// The connections that a server has open, for its cap and for an orderly end.
#ifndef COMMON_HTTP_CONNECTION_SET_H_
#define COMMON_HTTP_CONNECTION_SET_H_

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"

namespace sti::http {

class Connection {
 public:
  virtual ~Connection() = default;
  // Ends as soon as no request is under way. Thread-safe, returns at once.
  virtual void Drain() = 0;
};

// Thread-safe. Does not keep connections alive.
class ConnectionSet {
 public:
  size_t size() const;
  void Add(const std::shared_ptr<Connection>& connection);
  // From its destructor.
  void Remove(const Connection* connection);

  bool draining() const;
  // Tells all there are; later ones ask draining().
  void Drain();
  void AwaitEmpty(absl::Duration at_most) ABSL_NO_THREAD_SAFETY_ANALYSIS;

 private:
  mutable Mutex mutex_;
  std::condition_variable removed_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  std::unordered_map<const Connection*, std::weak_ptr<Connection>> connections_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::http

#endif  // COMMON_HTTP_CONNECTION_SET_H_
