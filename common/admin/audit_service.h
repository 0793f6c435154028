// Edge of sti.v1.Audit: the events of a daemon's audit, for auditors.
#ifndef COMMON_ADMIN_AUDIT_SERVICE_H_
#define COMMON_ADMIN_AUDIT_SERVICE_H_

#include "absl/status/status.h"
#include "common/admin/gate.h"
#include "common/store/database.h"
#include "proto/sti/v1/audit.grpc.pb.h"

namespace sti::admin {

// Thread-safe.
class AuditService final : public sti::v1::Audit::Service {
 public:
  // Both must outlive this. The database has store::AuditTables().
  AuditService(store::Database& database, const Gate& gate) : database_(database), gate_(gate) {}

  grpc::Status ListAuditEvents(grpc::ServerContext* context, const sti::v1::ListAuditEventsRequest* request,
                               sti::v1::ListAuditEventsResponse* response) override;

 private:
  absl::Status List(const sti::v1::ListAuditEventsRequest& request,
                    sti::v1::ListAuditEventsResponse& response) const;

  store::Database& database_;
  const Gate& gate_;
};

}  // namespace sti::admin

#endif  // COMMON_ADMIN_AUDIT_SERVICE_H_
