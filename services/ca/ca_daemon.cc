#include "services/ca/ca_daemon.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_join.h"
#include "common/admin/access_log.h"
#include "common/base/status_macros.h"
#include "common/daemon/daemon.h"
#include "common/daemon/files.h"
#include "common/daemon/log.h"
#include "common/files/file_watch.h"
#include "common/metrics/admin_port.h"
#include "common/metrics/database_metrics.h"
#include "common/metrics/http_metrics.h"
#include "common/metrics/rpc_metrics.h"
#include "common/metrics/tls_metrics.h"
#include "common/rpc/peer.h"
#include "common/store/open_database.h"
#include "services/ca/acme_links.h"
#include "services/ca/ca_schema.h"
#include "services/ca/revocation_records.h"

namespace sti::ca {
namespace {

constexpr int kDownloadThreads = 2;  // that ACME, which waits for the disk, may not take
constexpr absl::Duration kHealthInterval = absl::Minutes(1);

}  // namespace

CaDaemon::CaDaemon(CaSettings settings, std::unique_ptr<store::Database> database, const Clock& clock,
                   const Random& random)
    : tally_(issuing_metrics_, clock),
      settings_(std::move(settings)),
      clock_(clock),
      random_(random),
      database_(
          std::make_unique<admin::DatabaseWatch>(metrics::CountUses(metrics_, std::move(database)), clock)),
      issuer_(*database_, settings_.authority, settings_.tokens, settings_.profile, settings_.limits, clock,
              random, &tally_),
      archive_(*database_),
      repository_(*database_, settings_.max_age, settings_.keep_after_expiry, clock),
      operator_settings_(*database_, clock),
      acme_accounts_(*database_, settings_.acme, clock, random),
      acme_orders_(*database_, settings_.acme, settings_.tokens, settings_.authority, settings_.profile,
                   clock, random),
      acme_places_(std::max(1, settings_.https.threads - kDownloadThreads)),
      acme_finalizer_(*database_, acme_orders_, issuer_, clock, &tally_),
      revoker_(*database_, clock,
               [this] {
                 if (reporter_) reporter_->Wake();
               }),
      gate_(settings_.roles, random),
      audit_(*database_, gate_, clock),
      policy_gate_(settings_.policy_administrators, random) {}

absl::StatusOr<std::unique_ptr<CaDaemon>> CaDaemon::Start(
    const sti::config::v1::CertificateAuthorityServer& config, const Clock& clock, const Random& random) {
  STI_ASSIGN_OR_RETURN(CaSettings settings, LoadCaSettings(config, clock.TimeNow()));
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(settings.state_dir));
  STI_ASSIGN_OR_RETURN(std::unique_ptr<store::Database> database,
                       store::OpenDatabase(settings.database, Migrations()));
  std::unique_ptr<CaDaemon> ca(new CaDaemon(std::move(settings), std::move(database), clock, random));
  STI_ASSIGN_OR_RETURN(ca->acme_nonces_,
                       AcmeNonces::Open(*ca->database_, ca->settings_.acme.nonce_lifetime, clock, random));
  STI_RETURN_IF_ERROR(ca->ReachAdministrator(config));
  STI_RETURN_IF_ERROR(ca->StartServers(config.grpc()));
  ca->audit_.KeepFile(config.audit_file(), ca->settings_.state_dir,
                      [daemon = ca.get()] { daemon->pause_.Wake(); });
  ca->database_->Start([daemon = ca.get()] { daemon->pause_.Wake(); });
  STI_RETURN_IF_ERROR(ca->StartAdminPort(config));
  ca->ReportHealth();
  ca->watcher_ = std::thread([daemon = ca.get()] { daemon->Watch(); });
  return ca;
}

absl::Status CaDaemon::ReachAdministrator(const sti::config::v1::CertificateAuthorityServer& config) {
  if (!config.has_pa() || config.pa().target().empty()) return absl::OkStatus();
  absl::StatusOr<rpc::Peer> pa = rpc::Peer::Open(config.pa());
  if (!pa.ok()) return PrefixField("pa", pa.status());
  pa_ = std::make_unique<PolicyClient>(*std::move(pa));
  reporter_ = std::make_unique<RevocationReporter>(*database_, *pa_, clock_);
  reporter_->Start();
  return absl::OkStatus();
}

http::HttpResponse CaDaemon::Serve(const http::HttpRequest& request) const {
  if (!settings_.acme.enabled || !AcmeServer::Serves(request.target)) return repository_.Handle(request);
  if (announced_ && acme_places_.Enter()) {
    const auto leave = absl::MakeCleanup([this] { acme_places_.Leave(); });
    return acme_server_->Handle(request);
  }
  http::HttpResponse early;
  early.status = 503;
  early.headers = {{"Retry-After", "1"}};
  return early;
}

// The repository first: x5u URLs need its port, and a certificate must never be out before it can be fetched.
absl::Status CaDaemon::StartServers(const sti::config::v1::GrpcServer& grpc) {
  STI_ASSIGN_OR_RETURN(
      https_server_,
      http::StartHttpsServer(
          settings_.https, metrics::CountRequests(metrics_, "public",
                                                  http::HttpHandler([this](const http::HttpRequest& request) {
                                                    return Serve(request);
                                                  }))));
  public_url_ = settings_.public_url;
  if (public_url_.empty()) {
    STI_ASSIGN_OR_RETURN(public_url_, DefaultPublicUrl(settings_.https.listen, https_server_->port()));
  }
  const AcmeLinks links(settings_.acme.public_url.empty() ? public_url_ : settings_.acme.public_url);
  acme_resources_ = std::make_unique<AcmeResources>(
      AcmeParts{*database_, settings_.acme, settings_.authority, acme_accounts_, acme_orders_,
                acme_finalizer_, revoker_, clock_},
      links, public_url_);
  acme_server_ =
      std::make_unique<AcmeServer>(*acme_resources_, acme_accounts_, *acme_nonces_, links, random_, &tally_);
  announced_ = true;
  certificate_service_ =
      std::make_unique<CertificateAuthorityService>(issuer_, public_url_, gate_, audit_.refusals());
  admin_service_ =
      std::make_unique<AuthorityAdminService>(AdminParts{archive_, settings_.authority, revoker_,
                                                         acme_accounts_, issuer_, operator_settings_, clock_},
                                              public_url_, gate_, policy_gate_);
  STI_ASSIGN_OR_RETURN(
      rpc_server_,
      rpc::Server::Start(grpc, {certificate_service_.get(), admin_service_.get(), audit_.service()},
                         metrics::CountAccessRefusals(metrics_, admin::LogAccessRefusal),
                         files::FileWatch::OfProcess(), metrics::CountRpcs(metrics_)));
  return absl::OkStatus();
}

absl::Status CaDaemon::StartAdminPort(const sti::config::v1::CertificateAuthorityServer& config) {
  if (!config.has_admin_port()) return absl::OkStatus();
  const auto show = [this](const char* name, const pki::Certificate& certificate) {
    metrics_
        .GaugeOf("sti_ca_certificate_expiry_timestamp_seconds", "End of the CA's own certificate.",
                 {{"certificate", name}})
        .Set(static_cast<double>(absl::ToUnixSeconds(certificate.not_after())));
  };
  show("issuing", settings_.authority.issuing);
  show("root", settings_.authority.root);
  const status::TlsUses tls = {{"grpc", config.grpc().tls().certificate_file()},
                               {"admin_port", config.admin_port().certificate_file()},
                               {"public", config.repository().https().certificate_file()},
                               {"pa", config.pa().tls().certificate_file()}};
  Measure(tls);
  MakeStatusPage(config, tls);
  const http::HttpHandler page = [this](const http::HttpRequest& request) {
    return status_page_->Answer(request);
  };
  STI_ASSIGN_OR_RETURN(admin_server_, metrics::StartAdminPort(config.admin_port(),
                                                              {"sti-ca",
                                                               metrics_,
                                                               [this] { return Lacking(); },
                                                               {{"/", page}},
                                                               [this] { return rpc_server_->Trouble(); }}));
  return absl::OkStatus();
}

void CaDaemon::MakeStatusPage(const sti::config::v1::CertificateAuthorityServer& config,
                              status::TlsUses tls) {
  status_page_ = std::make_unique<status::Overview>(
      [this, tls = std::move(tls), crl_url = config.crl_url(),
       facts = status::FactsOfThisDaemon("sti-ca", daemon::kVersion, daemon::ConfigFile(), clock_.TimeNow(),
                                         config.log().mask_numbers())] {
        return StatusPageOf(facts, View(crl_url), settings_.authority, tally_, tls);
      });
}

StatusView CaDaemon::View(const std::string& crl_url) const {
  StatusView view;
  view.now = clock_.TimeNow();
  view.health = {Lacking(), rpc_server_->Trouble()};
  view.public_url = public_url_;
  view.acme = settings_.acme.enabled;
  view.crl_url = crl_url;
  if (reporter_ == nullptr) return view;
  int64_t untold = 0;
  const absl::Status read = database_->Read([&untold](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(untold, CountUntold(transaction));
    return absl::OkStatus();
  });
  view.untold = read.ok() ? absl::StatusOr<int64_t>(untold) : read;
  return view;
}

void CaDaemon::Measure(const status::TlsUses& tls) {
  metrics::ExposeTlsFiles(metrics_, tls);
  std::vector<std::function<void()>> samples = {
      metrics::SampleAudit(metrics_, [this] { return audit_.Waiting(); })};
  // Without an STI-PA to tell nothing waits.
  if (reporter_ != nullptr) samples.emplace_back([this] { issuing_metrics_.SampleReports(*database_); });
  sampler_.Start(std::move(samples));
}

std::optional<int> CaDaemon::admin_port() const {
  if (admin_server_ == nullptr) return std::nullopt;
  return admin_server_->port();
}

std::vector<std::string> CaDaemon::Lacking() const {
  std::vector<std::string> lacking;
  if (!settings_.authority.IsValidAt(clock_.TimeNow()))
    lacking.emplace_back("valid certificate of the issuing CA");
  for (const std::string& what : audit_.Lacking()) lacking.push_back(what);
  for (const std::string& what : database_->Lacking()) lacking.push_back(what);
  return lacking;
}

void CaDaemon::ReportHealth() {
  const std::vector<std::string> lacking = Lacking();
  if (rpc_server_->SetServing(lacking) && !lacking.empty()) {
    daemon::LogError("health changed", {{"lacking", absl::StrJoin(lacking, ", ")}});
  }
}

void CaDaemon::Watch() {
  do {
    ReportHealth();
    const absl::Status finished = acme_finalizer_.FinishStuck().status();
    if (!finished.ok()) daemon::LogError("orders cannot be read", {{"detail", finished.message()}});
    const absl::Status forgotten = acme_orders_.ForgetStale().status();
    if (!forgotten.ok()) daemon::LogError("old orders cannot be deleted", {{"detail", forgotten.message()}});
  } while (pause_.For(kHealthInterval));
}

void CaDaemon::Stop(absl::Duration grace) {
  if (admin_server_) admin_server_->Shutdown(absl::ZeroDuration());
  sampler_.Stop();
  pause_.Stop();
  if (watcher_.joinable()) watcher_.join();
  if (rpc_server_) rpc_server_->Shutdown(grace);
  if (https_server_) https_server_->Shutdown(grace);
  audit_.Stop();
  database_->Stop();
  if (reporter_) reporter_->Stop();
}

CaDaemon::~CaDaemon() { Stop(absl::ZeroDuration()); }

}  // namespace sti::ca
