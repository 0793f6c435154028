// When sti-vs serves: as soon as it can judge calls of one trust domain. Calls of a domain that is not ready
// get a verdict that says so, and do not keep others from being judged.
#ifndef SERVICES_VS_READINESS_H_
#define SERVICES_VS_READINESS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"

namespace sti::vs {

// Thread-safe.
class Readiness {
 public:
  // `sink` is told what the daemon lacks, empty when it serves: one call at a time, and only after a Report.
  // `domains` are the names of the trust domains; none is ready yet.
  Readiness(std::vector<std::string> domains, std::function<void(const std::vector<std::string>&)> sink);

  // What keeps calls of that domain from being judged; empty when nothing does.
  void Report(size_t domain, const std::vector<std::string>& lacking);

 private:
  struct Domain {
    std::string name;
    std::vector<std::string> lacking;
    bool ready = false;
  };

  const std::function<void(const std::vector<std::string>&)> sink_;
  std::vector<std::string> Lacking() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  // One thread tells at a time, without the lock; what changes meanwhile it tells next.
  bool telling_ ABSL_GUARDED_BY(mutex_) = false;
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Domain> domains_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::vs

#endif  // SERVICES_VS_READINESS_H_
