// Finds records of signatures in the files of a CallLog: the answer to a traceback (operations.md s6).
#ifndef SERVICES_AS_CALL_TRACE_H_
#define SERVICES_AS_CALL_TRACE_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/as/call_record.h"

namespace sti::as {

struct CallFilter {
  std::set<std::string> providers;      // whose records the asker may see
  bool all_providers = false;           // also of those that the configuration does not have any more
  std::string orig, dest, div, origid;  // as they are in the record; empty: any
  absl::Time from = absl::InfinitePast(), to = absl::InfiniteFuture();  // from <= time < to
};

struct TracedCall {
  int64_t seq = 0;
  CallRecord call;
};

struct CallTracePage {
  std::vector<TracedCall> calls;  // in order of seq
  int64_t lost = 0;               // records known to be missing in the time, among those looked at
  int64_t next = 0;               // `after` for the next page; 0: this was the last one
};

// At most `limit` records after seq `after`. One call reads at most a few hundred megabytes, then gives a
// page with what it has found. Thread-safe beside a CallLog that writes. kStorageFailed, kAuditBroken for a
// line that is no record.
absl::StatusOr<CallTracePage> TraceCalls(const std::string& folder, const CallFilter& filter, int64_t after,
                                         size_t limit);

}  // namespace sti::as

#endif  // SERVICES_AS_CALL_TRACE_H_
