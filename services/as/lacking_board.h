// What the providers of one sti-as lack, as its health says it.
#ifndef SERVICES_AS_LACKING_BOARD_H_
#define SERVICES_AS_LACKING_BOARD_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"

namespace sti::as {

// Thread-safe. One provider without a certificate must not take the others' calls from this daemon: health is
// told that it lacks something only when no provider can sign; what a single one lacks is in ListSigners and
// in the log.
class LackingBoard {
 public:
  using Sink = std::function<void(const std::vector<std::string>&)>;

  // `names` of the providers in their order. `sink` is called by Set and SetDaemon, one at a time and in the
  // order of the changes, hence under the lock: it must be quick and not call back.
  LackingBoard(std::vector<std::string> names, Sink sink);

  // Of one provider: empty when it can sign.
  void Set(size_t provider, std::vector<std::string> lacking);
  // What keeps every provider from signing.
  void SetDaemon(std::vector<std::string> lacking);

  std::vector<std::string> Of(size_t provider) const;

 private:
  void Tell() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::vector<std::string> names_;
  const Sink sink_;
  mutable Mutex mutex_;
  std::vector<std::vector<std::string>> lacking_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> daemon_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::as

#endif  // SERVICES_AS_LACKING_BOARD_H_
