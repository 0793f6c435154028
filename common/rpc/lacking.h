// What a daemon lacks before it can serve, shared between the server and its health checks.
#ifndef COMMON_RPC_LACKING_H_
#define COMMON_RPC_LACKING_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"

namespace sti::rpc {

// Trailer of health checks: the names of what is missing, joined by "; ".
inline constexpr char kLackingTrailer[] = "sti-lacking";

// Thread-safe.
class Lacking {
 public:
  // True when this differs from before. The first call always does.
  bool Set(const std::vector<std::string>& names);
  // Printable ASCII as HTTP/2 metadata requires; empty when nothing is lacking.
  std::string AsTrailer() const;

 private:
  mutable Mutex mutex_;
  bool known_ ABSL_GUARDED_BY(mutex_) = false;
  std::string text_ ABSL_GUARDED_BY(mutex_) = "start-up";
};

}  // namespace sti::rpc

#endif  // COMMON_RPC_LACKING_H_
