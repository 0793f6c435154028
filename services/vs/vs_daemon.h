// sti-vs, wired by hand: trust, fetcher, cache, verifier, service and server.
#ifndef SERVICES_VS_VS_DAEMON_H_
#define SERVICES_VS_VS_DAEMON_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/snapshot.h"
#include "common/http/fetcher.h"
#include "common/http/server.h"
#include "common/metrics/metrics.h"
#include "common/rpc/server.h"
#include "common/store/claim_store.h"
#include "proto/sti/config/v1/vs.pb.h"
#include "services/vs/call_meters.h"
#include "services/vs/certificate_cache.h"
#include "services/vs/certificate_keeper.h"
#include "services/vs/completion_pool.h"
#include "services/vs/readiness.h"
#include "services/vs/replay_guard.h"
#include "services/vs/rest_routes.h"
#include "services/vs/status_page.h"
#include "services/vs/stoppable_fetcher.h"
#include "services/vs/trust_domains.h"
#include "services/vs/verdict_tally.h"
#include "services/vs/verification_metrics.h"
#include "services/vs/verification_service.h"
#include "services/vs/verifier.h"
#include "services/vs/vs_config.h"

namespace sti::vs {

// Starts without the STI-PA; health says what it lacks.
class VsDaemon {
 public:
  // `clock` must outlive it. Errors of OptionsFrom, rpc::Peer::Open, http::CreateFetcher, rpc::Server::Start
  // and http::StartHttpsServer.
  static absl::StatusOr<std::unique_ptr<VsDaemon>> Start(const sti::config::v1::VerificationServer& config,
                                                         const Clock& clock);
  ~VsDaemon();

  int grpc_port() const { return server_->port(); }
  // None without a REST server.
  std::optional<int> rest_port() const;
  // None without an admin port.
  std::optional<int> admin_port() const;
  // Ends the refresher, lets calls under way finish within `grace`. Idempotent.
  void Stop(absl::Duration grace);

 private:
  // What others open and may fail.
  struct Parts {
    std::unique_ptr<Readiness> readiness;
    std::unique_ptr<TrustDomains> trust;
    std::unique_ptr<http::HttpFetcher> fetcher, renewals;
    std::unique_ptr<store::ClaimStore> claims;  // null: no Redis
  };
  static absl::StatusOr<Parts> Open(const sti::config::v1::VerificationServer& config,
                                    const VsOptions& options, const Clock& clock);
  VsDaemon(const sti::config::v1::VerificationServer& config, VsOptions options, Parts parts,
           const Clock& clock);

  absl::Status StartRest();
  absl::Status StartAdminPort(const sti::config::v1::VerificationServer& config);
  void ReportAtScrape();
  void MakeStatusPage(const sti::config::v1::VerificationServer& config, status::TlsUses tls);
  // What health says now.
  std::vector<std::string> Lacking() const;

  const VsOptions options_;
  metrics::Metrics metrics_;
  VerificationMetrics counted_;
  const CallMeters meters_{metrics_};
  Snapshot<std::vector<std::string>> lacking_;  // null before the trust was looked at
  const std::unique_ptr<Readiness> readiness_;  // what reports to it ends before it
  const std::unique_ptr<TrustDomains> trust_;
  StoppableFetcher fetcher_, renewals_;
  CertificateCache cache_;
  CertificateKeeper keeper_;
  const std::unique_ptr<store::ClaimStore> claims_;
  ReplayGuard replay_;
  std::unique_ptr<CompletionPool> pool_;
  const Clock& clock_;
  VerdictTally tally_;
  Verifier verifier_;
  VerificationService service_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<RestRoutes> rest_routes_;
  std::unique_ptr<http::HttpServer> rest_server_;
  std::unique_ptr<StatusPage> status_page_;
  std::unique_ptr<http::HttpServer> admin_server_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_VS_DAEMON_H_
