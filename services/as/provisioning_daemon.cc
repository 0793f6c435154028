#include "services/as/provisioning_daemon.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/metrics/database_metrics.h"
#include "common/store/open_database.h"
#include "services/as/as_schema.h"

namespace sti::as {

ProvisioningDaemon::ProvisioningDaemon(const std::string& state_dir, ProvisioningOptions options,
                                       std::unique_ptr<store::Database> database,
                                       const ProvisioningDaemonParts& parts)
    : database_(std::move(database), parts.clock),
      gate_(std::move(options.roles), parts.random),
      audit_(database_, gate_, parts.clock),
      feed_(database_, parts.providers, parts.state, parts.clock),
      access_(gate_.roles(), parts.providers),
      service_({{database_, parts.providers, parts.clock,
                 // What fails is tried again by the thread that follows.
                 [this] { feed_.CatchUp().IgnoreError(); }},
                gate_,
                parts.provisioned,
                parts.policy,
                state_dir}),
      clock_(parts.clock) {}

absl::StatusOr<std::unique_ptr<ProvisioningDaemon>> ProvisioningDaemon::Open(
    const sti::config::v1::AuthenticationServer& config, const ProvisioningDaemonParts& parts) {
  STI_ASSIGN_OR_RETURN(ProvisioningOptions options, ProvisioningFrom(config));
  STI_ASSIGN_OR_RETURN(std::unique_ptr<store::Database> database,
                       store::OpenDatabase(options.database, Migrations()));
  std::unique_ptr<ProvisioningDaemon> provisioning(new ProvisioningDaemon(
      config.state_dir(), std::move(options), metrics::CountUses(parts.metrics, std::move(database)), parts));
  STI_RETURN_IF_ERROR(provisioning->feed_.Load());
  return provisioning;
}

absl::Status ProvisioningDaemon::Audit(const Actor& actor, const store::AuditEvent& event) {
  return database_.Write([&](store::Transaction& transaction) {
    return store::AppendAudit(transaction, actor, event, clock_.TimeNow());
  });
}

void ProvisioningDaemon::Start(const sti::config::v1::AuthenticationServer& config,
                               std::function<void(std::vector<std::string> trouble)> on_trouble) {
  on_trouble_ = std::move(on_trouble);
  audit_.KeepFile(config.audit_file(), config.state_dir(), [this] { Tell(); });
  database_.Start([this] { Tell(); });
  feed_.Start([this] { Tell(); });
}

void ProvisioningDaemon::Tell() {
  std::vector<std::string> trouble = feed_.Lacking();
  for (const std::string& what : database_.Lacking()) trouble.push_back(what);
  for (const std::string& what : audit_.Lacking()) trouble.push_back(what);
  on_trouble_(std::move(trouble));
}

void ProvisioningDaemon::Stop() {
  feed_.Stop();
  database_.Stop();
  audit_.Stop();
}

}  // namespace sti::as
