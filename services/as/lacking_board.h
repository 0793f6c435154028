// What the providers of one sti-as lack, as its health says it.
#ifndef SERVICES_AS_LACKING_BOARD_H_
#define SERVICES_AS_LACKING_BOARD_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"

namespace sti::as {

// Thread-safe. One provider without a certificate must not take the others' calls from this daemon: health is
// told that it lacks something only when no provider can sign; what a single one lacks is in ListSigners and
// in the log, and health names it as trouble.
class LackingBoard {
 public:
  // What nobody can be signed for without, and what somebody should look after.
  using Sink =
      std::function<void(const std::vector<std::string>& lacking, const std::vector<std::string>& trouble)>;

  // `names` of the providers in their order. `sink` is called by Set and SetDaemon, one at a time and in the
  // order of the changes, hence under the lock: it must be quick and not call back.
  LackingBoard(std::vector<std::string> names, Sink sink);

  // Of one provider: empty when it can sign.
  void Set(size_t provider, std::vector<std::string> lacking, std::vector<std::string> trouble = {});
  // What keeps every provider from signing, as a `part` of the daemon finds ("clock").
  void SetDaemon(const std::string& part, std::vector<std::string> lacking,
                 std::vector<std::string> trouble = {});

  std::vector<std::string> Of(size_t provider) const;
  // What nobody can be signed for without.
  std::vector<std::string> OfAll() const;

 private:
  struct Entry {
    std::vector<std::string> lacking, trouble;
  };
  Entry Sum() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Tell() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::vector<std::string> names_;
  const Sink sink_;
  mutable Mutex mutex_;
  std::vector<Entry> providers_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Entry> daemon_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::as

#endif  // SERVICES_AS_LACKING_BOARD_H_
