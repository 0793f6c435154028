// The audit of a daemon: its service, its file, and the refusals at its gate.
#ifndef COMMON_ADMIN_AUDIT_H_
#define COMMON_ADMIN_AUDIT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/admin/audit_file.h"
#include "common/admin/audit_service.h"
#include "common/admin/gate.h"
#include "common/admin/refusal_audit.h"
#include "common/base/clock.h"
#include "common/store/database.h"

namespace sti::admin {

class Audit {
 public:
  // Before the gate is used; all must outlive this, and this the last call of the gate.
  Audit(store::Database& database, Gate& gate, const Clock& clock);

  grpc::Service* service() { return &service_; }
  // For what else is refused.
  RefusalAudit& refusals() { return refusals_; }

  // Begins to keep the file: `audit_file` of the configuration, or else audit.log in `state_dir`. `on_change`
  // as for AuditFile. Once.
  void KeepFile(const std::string& audit_file, const std::string& state_dir, std::function<void()> on_change);
  // AuditFile::Waiting; kUnavailable before KeepFile.
  absl::StatusOr<int64_t> Waiting() const;
  // For health. Thread-safe.
  std::vector<std::string> Lacking() const;
  // After the servers, so that what they did last is in the file.
  void Stop();

 private:
  store::Database& database_;
  RefusalAudit refusals_;
  AuditService service_;
  std::unique_ptr<AuditFile> file_;
};

}  // namespace sti::admin

#endif  // COMMON_ADMIN_AUDIT_H_
