// An event of the audit as a line of the audit file: a JSON object with exactly the members that are hashed,
// and the hash.
#ifndef COMMON_ADMIN_AUDIT_LINE_H_
#define COMMON_ADMIN_AUDIT_LINE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/audit_log.h"

namespace sti::admin {

// More than any event takes as JSON, octets.
inline constexpr size_t kLongestAuditLine = 1024 * 1024;

// Without the newline.
std::string AuditLine(const store::AuditRecord& record);

// kAuditBroken for anything that AuditLine would not have written, to the last octet. Whether the hash is
// right is for store::AuditChain to say.
absl::StatusOr<store::AuditRecord> ParseAuditLine(absl::string_view line);

}  // namespace sti::admin

#endif  // COMMON_ADMIN_AUDIT_LINE_H_
