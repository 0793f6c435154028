// When sti-vs serves: as soon as it can judge calls of one trust domain. Calls of a domain that is not ready
// get a verdict that says so, and do not keep others from being judged. What is wrong all the same is trouble.
#ifndef SERVICES_VS_READINESS_H_
#define SERVICES_VS_READINESS_H_

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"

namespace sti::vs {

// What the daemon lacks, empty when it serves; and what somebody should look after though it serves.
using ReadinessSink =
    std::function<void(const std::vector<std::string>& lacking, const std::vector<std::string>& trouble)>;

// Thread-safe.
class Readiness {
 public:
  // `domains` are the names of the trust domains; none is ready yet.
  explicit Readiness(std::vector<std::string> domains);

  // From now on `sink` is told of changes: one call at a time, and only after a Report. Until Stop, which returns
  // when it is told nothing any more; not to be called by the sink.
  void Start(ReadinessSink sink);
  void Stop();

  // What keeps calls of that domain from being judged, empty when nothing does; and its trouble.
  void Report(size_t domain, const std::vector<std::string>& lacking,
              const std::vector<std::string>& trouble = {});
  // Trouble of a part of the daemon ("redis"), instead of what it said before.
  void SetTrouble(const std::string& part, std::vector<std::string> trouble);

 private:
  struct Domain {
    std::string name;
    std::vector<std::string> lacking, trouble;
    bool ready = false;
  };
  struct Sum {
    std::vector<std::string> lacking, trouble;
  };

  Sum Total() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Tell();

  Mutex mutex_;
  ReadinessSink sink_ ABSL_GUARDED_BY(mutex_);  // null: not started, or stopped
  std::condition_variable told_;
  // One thread tells at a time, without the lock; what changes meanwhile it tells next.
  bool telling_ ABSL_GUARDED_BY(mutex_) = false;
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;
  bool reported_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Domain> domains_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<std::string>> trouble_ ABSL_GUARDED_BY(mutex_);  // by part
};

}  // namespace sti::vs

#endif  // SERVICES_VS_READINESS_H_
