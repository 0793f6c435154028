// sti-pa, wired by hand: database, rooms, services, server, and the thread that signs documents anew.
#ifndef SERVICES_PA_PA_DAEMON_H_
#define SERVICES_PA_PA_DAEMON_H_

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/admin/audit.h"
#include "common/admin/database_watch.h"
#include "common/admin/gate.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/daemon/pause.h"
#include "common/http/server.h"
#include "common/metrics/metrics.h"
#include "common/metrics/sampler.h"
#include "common/rpc/server.h"
#include "common/status/overview.h"
#include "common/store/database.h"
#include "proto/sti/config/v1/pa.pb.h"
#include "services/pa/api_user_registry.h"
#include "services/pa/authority_registry.h"
#include "services/pa/http_front.h"
#include "services/pa/http_interface.h"
#include "services/pa/number_registry.h"
#include "services/pa/pa_config.h"
#include "services/pa/pending_changes.h"
#include "services/pa/policy_admin_service.h"
#include "services/pa/provider_registry.h"
#include "services/pa/revocation_registry.h"
#include "services/pa/spc_revocation_worker.h"
#include "services/pa/spc_tokens_service.h"
#include "services/pa/status_page.h"
#include "services/pa/token_issuer.h"
#include "services/pa/token_tally.h"
#include "services/pa/trust_publisher.h"
#include "services/pa/trust_service.h"
#include "services/pa/trust_watchers.h"

namespace sti::pa {

// Needs no other daemon.
class PaDaemon {
 public:
  // Serving when it returns. `clock` and `random` must outlive it. Errors of LoadPaSettings,
  // store::OpenDatabase and rpc::Server::Start.
  static absl::StatusOr<std::unique_ptr<PaDaemon>> Start(
      const sti::config::v1::PolicyAdministratorServer& config, const Clock& clock, const Random& random);
  ~PaDaemon();

  int grpc_port() const { return server_->port(); }
  int https_port() const { return front_ ? front_->port() : 0; }  // 0: not configured
  // None without an admin port.
  std::optional<int> admin_port() const;
  // Ends the watches, lets calls under way finish within `grace`.
  void Stop(absl::Duration grace);

 private:
  PaDaemon(PaSettings settings, std::unique_ptr<store::Database> database, const Clock& clock,
           const Random& random);
  // What the provider registry sets going.
  ProviderWorld World();
  absl::Status ReachAuthorities(const sti::config::v1::PolicyAdministratorServer& config);
  void OpenHttps(std::unique_ptr<HttpFront> front, const Clock& clock, const Random& random);
  void Renew();
  void Measure(const status::TlsUses& tls);
  void MakeStatusPage(const sti::config::v1::PolicyAdministratorServer& config, status::TlsUses tls);
  StatusView View() const;
  absl::Status StartAdminPort(const sti::config::v1::PolicyAdministratorServer& config);
  // What health says now.
  std::vector<std::string> Lacking() const;

  metrics::Metrics metrics_;
  const PaSettings settings_;
  const Clock& clock_;
  TokenTally tally_;
  const std::unique_ptr<admin::DatabaseWatch> database_;
  admin::Gate gate_;
  admin::Audit audit_;
  TrustPublisher publisher_;
  TrustWatchers watchers_;
  ProviderRegistry providers_;
  AuthorityRegistry authorities_;
  RevocationRegistry revocations_;
  NumberRegistry numbers_;
  TokenIssuer tokens_;
  ApiUserRegistry users_;
  PendingChanges changes_;
  SpcTokensService spc_tokens_service_;
  TrustService trust_service_;
  PolicyAdminService policy_admin_service_;
  std::vector<std::unique_ptr<SpcRevocationWorker>> revokers_;  // one for each configured STI-CA
  std::unique_ptr<HttpInterface> https_;                        // as front_, null unless configured
  std::unique_ptr<HttpFront> front_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<status::Overview> status_page_;
  std::unique_ptr<http::HttpServer> admin_server_;
  metrics::Sampler sampler_;
  daemon::Pause pause_;
  std::thread renewer_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_PA_DAEMON_H_
