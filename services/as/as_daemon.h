// sti-as, wired by hand: providers with their key rings, signer, service and server.
#ifndef SERVICES_AS_AS_DAEMON_H_
#define SERVICES_AS_AS_DAEMON_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/http/server.h"
#include "common/metrics/metrics.h"
#include "common/metrics/sampler.h"
#include "common/rpc/server.h"
#include "common/status/overview.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/as_config.h"
#include "services/as/authentication_service.h"
#include "services/as/call_log.h"
#include "services/as/call_tally.h"
#include "services/as/lacking_board.h"
#include "services/as/provider_daemon.h"
#include "services/as/provisioning_daemon.h"
#include "services/as/rest_routes.h"
#include "services/as/self_check_daemon.h"
#include "services/as/signing_admin_service.h"
#include "services/as/signing_daemon.h"
#include "services/as/signing_meters.h"
#include "services/as/signing_metrics.h"
#include "services/as/status_page.h"

namespace sti::as {

// Starts without its peers; health says what it lacks.
class AsDaemon {
 public:
  // `clock` and `random` must outlive it. Errors of OptionsFrom, ProviderDaemon, rpc::Server::Start and
  // http::StartHttpsServer.
  static absl::StatusOr<std::unique_ptr<AsDaemon>> Start(const sti::config::v1::AuthenticationServer& config,
                                                         const Clock& clock, const Random& random);
  ~AsDaemon();

  int grpc_port() const { return server_->port(); }
  // Of providers that publish chains themselves: name and port.
  std::vector<std::pair<std::string, int>> publication_ports() const;
  // None without a REST server.
  std::optional<int> rest_port() const;
  // None without an admin port.
  std::optional<int> admin_port() const;
  // Ends the enrolments, lets calls under way finish within `grace`. Idempotent.
  void Stop(absl::Duration grace);

 private:
  AsDaemon(AsOptions options, const Clock& clock, const Random& random);
  absl::Status OpenProviders(const sti::config::v1::AuthenticationServer& config);
  absl::Status OpenRecords(const sti::config::v1::AuthenticationServer& config);
  absl::Status OpenSigning(const sti::config::v1::AuthenticationServer& config);
  absl::Status OpenProvisioning(const sti::config::v1::AuthenticationServer& config);
  void MakeAdmin();
  void StartSelfCheck();
  absl::Status StartRest();
  void Measure(const status::TlsUses& tls);
  void MakeStatusPage(const sti::config::v1::AuthenticationServer& config, status::TlsUses tls);
  StatusView View() const;
  absl::Status StartAdminPort(const sti::config::v1::AuthenticationServer& config);

  const AsOptions options_;
  const Clock& clock_;
  const Random& random_;
  LackingBoard lacking_;
  std::unique_ptr<SelfCheckDaemon> self_check_;
  std::vector<std::unique_ptr<ProviderDaemon>> providers_;
  std::unique_ptr<CallLog> records_;
  metrics::Metrics metrics_;
  const SigningMeters signing_meters_{metrics_};
  std::unique_ptr<SigningMetrics> signing_metrics_;
  std::unique_ptr<CallTally> tally_;
  std::unique_ptr<SigningDaemon> signing_;
  std::unique_ptr<AuthenticationService> service_;
  std::unique_ptr<ProvisioningDaemon> provisioning_;
  std::unique_ptr<SigningAdminService> signing_admin_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<RestRoutes> rest_routes_;
  std::unique_ptr<http::HttpServer> rest_server_;
  std::unique_ptr<status::Overview> status_page_;
  std::unique_ptr<http::HttpServer> admin_server_;
  metrics::Sampler sampler_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_AS_DAEMON_H_
