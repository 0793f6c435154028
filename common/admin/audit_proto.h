// Events of the audit as messages of sti.v1.Audit.
#ifndef COMMON_ADMIN_AUDIT_PROTO_H_
#define COMMON_ADMIN_AUDIT_PROTO_H_

#include "absl/status/statusor.h"
#include "common/store/audit_log.h"
#include "proto/sti/v1/audit.pb.h"

namespace sti::admin {

sti::v1::AuditEvent ToProto(const store::AuditRecord& record);
// Nothing is checked: store::AuditChain finds what is wrong.
store::AuditRecord FromProto(const sti::v1::AuditEvent& event);

// kInvalidField (from, to) for a time out of its type.
absl::StatusOr<store::AuditFilter> FilterOf(const sti::v1::ListAuditEventsRequest& request);

}  // namespace sti::admin

#endif  // COMMON_ADMIN_AUDIT_PROTO_H_
