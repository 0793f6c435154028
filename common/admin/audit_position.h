// Where an audit file ended: what a daemon remembers beside it.
#ifndef COMMON_ADMIN_AUDIT_POSITION_H_
#define COMMON_ADMIN_AUDIT_POSITION_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/admin/line_file.h"
#include "common/store/audit_chain.h"

namespace sti::admin {

struct AuditPosition {
  store::AuditChain chain;
  LineFile::Identity file;
};

// Absent when there is no such file. kStorageFailed, also when it cannot be understood.
absl::StatusOr<std::optional<AuditPosition>> ReadAuditPosition(const std::string& path);
// kStorageFailed.
absl::Status WriteAuditPosition(const std::string& path, const AuditPosition& position);

// The file of that identity in the folder of `path`, under whatever name; empty when there is none.
std::string FindRenamed(const std::string& path, const LineFile::Identity& file);

}  // namespace sti::admin

#endif  // COMMON_ADMIN_AUDIT_POSITION_H_
