// What keeps one cause from filling the log.
#ifndef COMMON_DAEMON_LOG_REPEATS_H_
#define COMMON_DAEMON_LOG_REPEATS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"

namespace sti::daemon {

// Thread-safe.
class LogRepeats {
 public:
  // Lines of one kind that are written within a window; the window begins with the first.
  static constexpr int64_t kWritten = 60;
  static constexpr absl::Duration kWindow = absl::Minutes(1);
  // Kinds that are kept apart. Lines of more kinds than that are all written: no first one is ever hidden.
  static constexpr size_t kKinds = 4096;

  enum class Verdict { kWrite, kWriteAsLast, kLeaveOut };
  // `now` from a clock that is not set back.
  Verdict Judge(absl::string_view kind, absl::Time now);

  struct LeftOut {
    std::string kind;
    int64_t lines = 0;
  };
  // Kinds whose window has ended and of which lines were left out; told once.
  std::vector<LeftOut> Ended(absl::Time now);
  // The same for every kind, whether its window has ended or not.
  std::vector<LeftOut> EndAll();

 private:
  struct Window {
    absl::Time begin;
    int64_t lines = 0;
  };
  std::vector<LeftOut> EndBefore(absl::Time begin) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  absl::Time next_end_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();  // no window ends before
  absl::flat_hash_map<std::string, Window> windows_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::daemon

#endif  // COMMON_DAEMON_LOG_REPEATS_H_
