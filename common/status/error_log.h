// The last errors of a daemon, one row a Reason: for whoever asks what goes wrong just now.
#ifndef COMMON_STATUS_ERROR_LOG_H_
#define COMMON_STATUS_ERROR_LOG_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"

namespace sti::status {

// Thread-safe. Bounded by the number of Reasons and kDetail. Each Reason has its own lock, held for a copy of the
// detail.
class ErrorLog {
 public:
  static constexpr size_t kDetail = 200;  // octets kept of a detail

  struct Row {
    Reason reason = Reason::kNone;
    int64_t count = 0;  // since the start
    absl::Time last;
    std::string detail;  // of the last one; may quote a stranger's text
  };

  // Nothing for kNone.
  void Record(Reason reason, absl::string_view detail, absl::Time now);

  // The latest first.
  std::vector<Row> Rows() const;

 private:
  struct Entry {
    mutable Mutex mutex;
    int64_t count ABSL_GUARDED_BY(mutex) = 0;
    absl::Time last ABSL_GUARDED_BY(mutex);
    std::string detail ABSL_GUARDED_BY(mutex);
  };

  std::array<Entry, kReasonCount> entries_;
};

}  // namespace sti::status

#endif  // COMMON_STATUS_ERROR_LOG_H_
