// sti-ca, wired by hand: database, issuer, repository, ACME, services and servers.
#ifndef SERVICES_CA_CA_DAEMON_H_
#define SERVICES_CA_CA_DAEMON_H_

#include <atomic>
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
#include "common/http/turnstile.h"
#include "common/metrics/metrics.h"
#include "common/metrics/sampler.h"
#include "common/rpc/server.h"
#include "common/status/overview.h"
#include "common/store/database.h"
#include "proto/sti/config/v1/ca.pb.h"
#include "services/ca/acme_accounts.h"
#include "services/ca/acme_finalizer.h"
#include "services/ca/acme_nonces.h"
#include "services/ca/acme_orders.h"
#include "services/ca/acme_resources.h"
#include "services/ca/acme_server.h"
#include "services/ca/authority_admin_service.h"
#include "services/ca/ca_config.h"
#include "services/ca/certificate_archive.h"
#include "services/ca/certificate_authority_service.h"
#include "services/ca/certificate_issuer.h"
#include "services/ca/issuing_metrics.h"
#include "services/ca/issuing_tally.h"
#include "services/ca/operator_settings.h"
#include "services/ca/policy_client.h"
#include "services/ca/repository.h"
#include "services/ca/revocation_reporter.h"
#include "services/ca/revoker.h"
#include "services/ca/status_page.h"

namespace sti::ca {

// Needs no other daemon; tells sti-pa of revocations when that is configured.
class CaDaemon {
 public:
  // Serving when it returns. `clock` and `random` must outlive it. Errors of LoadCaSettings,
  // store::OpenDatabase, http::StartHttpsServer and rpc::Server::Start.
  static absl::StatusOr<std::unique_ptr<CaDaemon>> Start(
      const sti::config::v1::CertificateAuthorityServer& config, const Clock& clock, const Random& random);
  ~CaDaemon();

  int grpc_port() const { return rpc_server_->port(); }
  int https_port() const { return https_server_->port(); }
  // None without an admin port.
  std::optional<int> admin_port() const;
  const std::string& public_url() const { return public_url_; }
  // Lets calls and downloads under way finish, within `grace` each.
  void Stop(absl::Duration grace);

 private:
  CaDaemon(CaSettings settings, std::unique_ptr<store::Database> database, const Clock& clock,
           const Random& random);
  absl::Status ReachAdministrator(const sti::config::v1::CertificateAuthorityServer& config);
  absl::Status StartServers(const sti::config::v1::GrpcServer& grpc);
  http::HttpResponse Serve(const http::HttpRequest& request) const;
  void Watch();
  void ReportHealth();
  void Measure(const status::TlsUses& tls);
  void MakeStatusPage(const sti::config::v1::CertificateAuthorityServer& config, status::TlsUses tls);
  StatusView View(const std::string& crl_url) const;
  absl::Status StartAdminPort(const sti::config::v1::CertificateAuthorityServer& config);
  // What health says now.
  std::vector<std::string> Lacking() const;

  metrics::Metrics metrics_;
  IssuingMetrics issuing_metrics_{metrics_};
  IssuingTally tally_;
  const CaSettings settings_;
  const Clock& clock_;
  const Random& random_;
  const std::unique_ptr<admin::DatabaseWatch> database_;
  const CertificateIssuer issuer_;
  const CertificateArchive archive_;
  const Repository repository_;
  const OperatorSettings operator_settings_;
  const AcmeAccounts acme_accounts_;
  const AcmeOrders acme_orders_;
  mutable http::Turnstile acme_places_;
  const AcmeFinalizer acme_finalizer_;
  // Before the revoker, which wakes it.
  std::unique_ptr<PolicyClient> pa_;
  std::unique_ptr<RevocationReporter> reporter_;
  const Revoker revoker_;
  std::unique_ptr<AcmeNonces> acme_nonces_;
  std::unique_ptr<AcmeResources> acme_resources_;
  std::unique_ptr<AcmeServer> acme_server_;
  std::string public_url_;
  std::unique_ptr<CertificateAuthorityService> certificate_service_;
  admin::Gate gate_;
  admin::Audit audit_;
  admin::Gate policy_gate_;  // of the STI-PA, which may only revoke by SPC
  std::unique_ptr<AuthorityAdminService> admin_service_;
  std::unique_ptr<http::HttpServer> https_server_;
  std::unique_ptr<rpc::Server> rpc_server_;
  std::unique_ptr<status::Overview> status_page_;
  std::unique_ptr<http::HttpServer> admin_server_;
  metrics::Sampler sampler_;
  daemon::Pause pause_;
  std::atomic<bool> announced_{false};  // ACME URLs are known
  std::thread watcher_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_CA_DAEMON_H_
