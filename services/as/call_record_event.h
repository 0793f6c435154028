// Records of signatures as events of an audit (common/store/audit_log.h), so that they are hash-chained, and
// read and verified with the same tools.
#ifndef SERVICES_AS_CALL_RECORD_EVENT_H_
#define SERVICES_AS_CALL_RECORD_EVENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/store/audit_log.h"
#include "services/as/call_record.h"

namespace sti::as {

inline constexpr char kCallSigned[] = "call.sign";
// Stands for records that could not be kept.
inline constexpr char kCallsLost[] = "call.lost";

// Without seq and hash. Text that could not be in a line of the audit (control characters, no UTF-8) is kept
// escaped, as in C.
store::AuditRecord EventOf(const CallRecord& record);
store::AuditRecord EventOfLost(int64_t records, absl::Time time);

// Of an event kCallSigned. kAuditBroken for one that EventOf did not make.
absl::StatusOr<CallRecord> CallOf(const store::AuditRecord& event);
// Of an event kCallsLost; 0 for any other.
int64_t LostOf(const store::AuditRecord& event);

// What a record is looked for by: calling, called and diverting numbers, origid. `kind` is "o", "d", "v" or
// "i".
std::string TraceKey(absl::string_view kind, absl::string_view value);
std::vector<std::string> TraceKeysOf(const CallRecord& record);

}  // namespace sti::as

#endif  // SERVICES_AS_CALL_RECORD_EVENT_H_
