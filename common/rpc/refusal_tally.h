// Which refusals are worth a line in the log: who is refused must not decide how long it gets.
#ifndef COMMON_RPC_REFUSAL_TALLY_H_
#define COMMON_RPC_REFUSAL_TALLY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"

namespace sti::rpc {

// Of one client and one RPC, one line in this time.
inline constexpr absl::Duration kRefusalInterval = absl::Minutes(1);
// Pairs of client and RPC that are remembered; further ones are only counted meanwhile.
inline constexpr size_t kRefusalPairs = 1024;

// Thread-safe.
class RefusalTally {
 public:
  // How many refusals a line has to account for that had none of their own: of this pair, and of pairs that
  // found no place. Nullopt when there is to be no line. `now` does not go back.
  std::optional<int64_t> Count(const std::string& identity, const std::string& rpc, absl::Time now);

 private:
  struct Counted {
    absl::Time told;
    int64_t untold = 0;
  };
  void Forget(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  std::map<std::pair<std::string, std::string>, Counted> pairs_ ABSL_GUARDED_BY(mutex_);
  int64_t others_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace sti::rpc

#endif  // COMMON_RPC_REFUSAL_TALLY_H_
