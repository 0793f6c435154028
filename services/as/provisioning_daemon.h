// The provisioning of sti-as, wired by hand: database, what follows it, gate, audit, service.
#ifndef SERVICES_AS_PROVISIONING_DAEMON_H_
#define SERVICES_AS_PROVISIONING_DAEMON_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/admin/audit.h"
#include "common/admin/database_watch.h"
#include "common/admin/gate.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/metrics/metrics.h"
#include "common/store/audit_log.h"
#include "common/store/database.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/attestation_policy.h"
#include "services/as/provider_table.h"
#include "services/as/provisioned_state.h"
#include "services/as/provisioned_view.h"
#include "services/as/provisioning_access.h"
#include "services/as/provisioning_config.h"
#include "services/as/provisioning_feed.h"
#include "services/as/provisioning_service.h"

namespace sti::as {

// What the rest of the daemon gives; all of it outlives the provisioning.
struct ProvisioningDaemonParts {
  const ProviderTable& providers;
  const AttestationPolicy& policy;
  const ProvisionedSnapshot& provisioned;
  ProvisionedState& state;
  const Clock& clock;
  const Random& random;
  metrics::Metrics& metrics;
};

// Thread-safe.
class ProvisioningDaemon {
 public:
  // Opens the database and loads all of it. Errors of ProvisioningFrom and store::OpenDatabase.
  static absl::StatusOr<std::unique_ptr<ProvisioningDaemon>> Open(
      const sti::config::v1::AuthenticationServer& config, const ProvisioningDaemonParts& parts);
  ~ProvisioningDaemon() { Stop(); }

  // sti.v1.Provisioning and sti.v1.Audit.
  std::vector<grpc::Service*> services() { return {&service_, audit_.service()}; }
  const admin::Gate& gate() const { return gate_; }
  const ProvisioningAccess& access() const { return access_; }

  // admin::Audit::Waiting.
  absl::StatusOr<int64_t> AuditWaiting() const { return audit_.Waiting(); }

  // For changes that are not of the database. Errors of store::AppendAudit.
  absl::Status Audit(const Actor& actor, const store::AuditEvent& event);

  // Follows the other replicas from now on. `on_trouble`: whenever what health should tell has changed; calls
  // are signed all the same.
  void Start(const sti::config::v1::AuthenticationServer& config,
             std::function<void(std::vector<std::string> trouble)> on_trouble);
  // After the servers. Idempotent.
  void Stop();

 private:
  ProvisioningDaemon(const std::string& state_dir, ProvisioningOptions options,
                     std::unique_ptr<store::Database> database, const ProvisioningDaemonParts& parts);
  void Tell();

  admin::DatabaseWatch database_;
  admin::Gate gate_;
  admin::Audit audit_;
  ProvisioningFeed feed_;
  const ProvisioningAccess access_;
  ProvisioningService service_;
  const Clock& clock_;
  std::function<void(std::vector<std::string> trouble)> on_trouble_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONING_DAEMON_H_
