#include "services/vs/vs_daemon.h"

#include <algorithm>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/admin/access_log.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/system_random.h"
#include "common/daemon/daemon.h"
#include "common/daemon/files.h"
#include "common/daemon/log.h"
#include "common/files/file_watch.h"
#include "common/metrics/admin_port.h"
#include "common/metrics/http_metrics.h"
#include "common/metrics/rpc_metrics.h"
#include "common/metrics/tls_metrics.h"
#include "common/rpc/peer.h"
#include "common/store/password_file.h"
#include "common/store/redis_claims.h"
#include "services/vs/trust_client.h"

namespace sti::vs {

namespace {

absl::StatusOr<std::vector<std::unique_ptr<TrustSource>>> OpenSources(
    const sti::config::v1::VerificationServer& config) {
  std::vector<std::unique_ptr<TrustSource>> sources;
  for (const auto& domain : config.trust_domains()) {
    STI_ASSIGN_OR_RETURN(rpc::Peer pa, rpc::Peer::Open(domain.pa(), kTrustMessage));
    sources.push_back(std::make_unique<TrustClient>(std::move(pa)));
  }
  return sources;
}

// Null without Redis.
absl::StatusOr<std::unique_ptr<store::ClaimStore>> OpenClaims(const sti::config::v1::Replay& config,
                                                              Readiness& readiness) {
  if (config.redis().empty()) return nullptr;
  store::RedisOptions options;
  options.address = config.redis();
  options.timeout = absl::Milliseconds(config.redis_timeout_ms());
  if (!config.redis_password_file().empty()) {
    auto password = store::ReadPasswordFile(config.redis_password_file());
    if (!password.ok()) {
      return MakeError(ReasonOf(password.status()), "replay.redis_password_file",
                       password.status().message());
    }
    options.password = *std::move(password);
  }
  options.on_change = [address = config.redis(), &readiness](bool connected, absl::string_view why) {
    if (connected) {
      readiness.SetTrouble("redis", {});
      daemon::LogInfo("Redis connected", {{"address", address}});
    } else {
      readiness.SetTrouble("redis", {absl::StrCat("replay is not shared: ", why)});
      daemon::LogWarning("Redis is away: replay is judged by this daemon's own memory",
                         {{"address", address}, {"why", why}});
    }
  };
  auto claims = store::OpenRedisClaims(std::move(options));
  return claims.ok() ? std::move(claims) : PrefixField("replay", claims.status());
}

VerifierOptions VerifierOptionsFor(const VsOptions& options, VerdictTally& tally,
                                   VerificationMetrics& counted, const CallMeters& meters,
                                   const Clock& clock) {
  VerifierOptions verifier;
  verifier.replay_time = options.profiles.LongestUse();
  verifier.observe = [&tally, &counted, &clock](const absl::StatusOr<stir::CallVerdict>& verdict) {
    counted.Judged(verdict);
    tally.Note(verdict, clock.TimeNow());
  };
  verifier.meters = &meters;
  return verifier;
}

CertificateCacheOptions CacheOptionsFor(const VsOptions& options, const TrustBoard& board,
                                        VerificationMetrics& counted, const Clock& clock) {
  CertificateCacheOptions cache = options.cache;
  cache.vouched = [&board, &clock](const CachedCertificate& certificate) {
    return certificate.judge.Judge(*certificate.chain, *board.Get(), {}, clock.TimeNow()).status.ok();
  };
  cache.proven = [&counted](const codec::Url& url) { counted.KnowHost(url.host()); };
  return cache;
}

}  // namespace

VsDaemon::VsDaemon(const sti::config::v1::VerificationServer& config, VsOptions options, Parts parts,
                   const Clock& clock)
    : options_(std::move(options)),
      counted_(metrics_, clock),
      readiness_(std::move(parts.readiness)),
      trust_(std::move(parts.trust)),
      fetcher_(counted_.Count("call", std::move(parts.fetcher))),
      renewals_(counted_.Count("renewal", std::move(parts.renewals))),
      cache_(fetcher_, renewals_, clock, CacheOptionsFor(options_, trust_->board(), counted_, clock)),
      keeper_(cache_, config.state_dir(),
              [this](const absl::Status& saved) {
                readiness_->SetTrouble("certificates",
                                       saved.ok() ? std::vector<std::string>()
                                                  : std::vector<std::string>{absl::StrCat(
                                                        "certificates not stored: ", saved.message())});
              }),
      claims_(std::move(parts.claims)),
      replay_(options_.replay_entries, clock, claims_.get()),
      pool_(std::make_unique<CompletionPool>(std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 8))),
      clock_(clock),
      verifier_(
          cache_, trust_->board(), clock, [this](std::function<void()> task) { pool_->Run(std::move(task)); },
          VerifierOptionsFor(options_, tally_, counted_, meters_, clock), &replay_),
      service_(
          verifier_, cache_, trust_->board(), [this] { return trust_->health(); }, &replay_,
          options_.profiles, {config.admins().begin(), config.admins().end()},
          [this](CertificateKeeper::Done done) { keeper_.SaveSoon(std::move(done)); }) {}

VsDaemon::~VsDaemon() { Stop(absl::ZeroDuration()); }

absl::StatusOr<VsDaemon::Parts> VsDaemon::Open(const sti::config::v1::VerificationServer& config,
                                               const VsOptions& options, const Clock& clock) {
  Parts parts;
  STI_ASSIGN_OR_RETURN(auto sources, OpenSources(config));
  std::vector<std::string> names;
  for (const TrustDomainOptions& domain : options.trust_domains) names.push_back(domain.rules.name);
  parts.readiness = std::make_unique<Readiness>(std::move(names));
  STI_ASSIGN_OR_RETURN(parts.trust, TrustDomains::Create(config.state_dir(), options.trust_domains,
                                                         std::move(sources), clock, *parts.readiness));
  STI_ASSIGN_OR_RETURN(parts.fetcher, http::CreateFetcher(options.fetcher));
  http::FetcherOptions renewals = options.fetcher;
  renewals.max_downloads = std::max(1, renewals.max_downloads / 4);
  STI_ASSIGN_OR_RETURN(parts.renewals, http::CreateFetcher(renewals));
  STI_ASSIGN_OR_RETURN(parts.claims, OpenClaims(config.replay(), *parts.readiness));
  return parts;
}

absl::StatusOr<std::unique_ptr<VsDaemon>> VsDaemon::Start(const sti::config::v1::VerificationServer& config,
                                                          const Clock& clock) {
  STI_ASSIGN_OR_RETURN(VsOptions options, OptionsFrom(config));
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(config.state_dir()));
  STI_ASSIGN_OR_RETURN(Parts parts, Open(config, options, clock));
  std::unique_ptr<VsDaemon> vs(new VsDaemon(config, std::move(options), std::move(parts), clock));
  vs->keeper_.Start();  // before the first call, and before anybody can purge
  STI_ASSIGN_OR_RETURN(vs->server_,
                       rpc::Server::Start(config.grpc(), {&vs->service_},
                                          metrics::CountAccessRefusals(vs->metrics_, admin::LogAccessRefusal),
                                          files::FileWatch::OfProcess(), metrics::CountRpcs(vs->metrics_)));
  STI_RETURN_IF_ERROR(vs->StartRest());
  STI_RETURN_IF_ERROR(vs->StartAdminPort(config));
  vs->readiness_->Start(
      [daemon = vs.get()](const std::vector<std::string>& lacking, const std::vector<std::string>& trouble) {
        daemon->lacking_.Set(std::make_shared<const std::vector<std::string>>(lacking));
        daemon->server_->SetServing(lacking, trouble);
      });
  vs->trust_->Start();
  return vs;
}

absl::Status VsDaemon::StartRest() {
  if (!options_.rest.has_value()) return absl::OkStatus();
  rest_routes_ = std::make_unique<RestRoutes>(
      [this](const IncomingCall& call, const ClientProfile& profile, Verifier::Done done) {
        verifier_.Verify(call, profile, std::move(done));
      },
      options_.profiles, options_.rest->api_keys, crypto::SystemRandom::Instance());
  absl::StatusOr<std::unique_ptr<http::HttpServer>> server = http::StartHttpsServer(
      options_.rest->https,
      metrics::CountRequests(
          metrics_, "rest",
          http::AsyncHttpHandler([routes = rest_routes_.get()](const http::HttpRequest& request,
                                                               const http::HttpAnswer& answer) {
            routes->Handle(request, answer);
          })));
  if (!server.ok()) return PrefixField("rest", server.status());
  rest_server_ = *std::move(server);
  return absl::OkStatus();
}

std::optional<int> VsDaemon::rest_port() const {
  if (rest_server_ == nullptr) return std::nullopt;
  return rest_server_->port();
}

void VsDaemon::MakeStatusPage(const sti::config::v1::VerificationServer& config, status::TlsUses tls) {
  status_page_ = std::make_unique<StatusPage>(
      StatusPageParts{status::FactsOfThisDaemon("sti-vs", daemon::kVersion, daemon::ConfigFile(),
                                                clock_.TimeNow(), config.log().mask_numbers()),
                      [this] {
                        return status::Health{Lacking(), server_->Trouble()};
                      },
                      trust_->board(), [this] { return trust_->health(); }, cache_, &replay_, verifier_,
                      options_.profiles, tally_, clock_, std::move(tls)});
}

std::vector<std::string> VsDaemon::Lacking() const {
  const auto lacking = lacking_.Get();
  return lacking != nullptr ? *lacking : std::vector<std::string>{"the first look at the trust lists"};
}

void VsDaemon::ReportAtScrape() {
  metrics_.OnScrape([this] {
    counted_.ReportTrust(*trust_->board().Get(), trust_->health());
    counted_.Report("sti_vs_calls_in_flight", "Calls under way, those that wait included.",
                    static_cast<double>(verifier_.in_flight()));
    counted_.Report("sti_vs_calls_waiting", "Calls that wait for a download or Redis.",
                    static_cast<double>(verifier_.pending()));
    counted_.Report("sti_vs_certificates", "Chains in the cache.", static_cast<double>(cache_.size()));
    counted_.ReportCertificates(cache_.Proven());
    counted_.Report("sti_vs_replay_entries", "PASSporTs remembered.",
                    static_cast<double>(replay_.remembered()));
    if (claims_ != nullptr) {
      counted_.Report("sti_vs_redis_connected", "1 while Redis answers.", claims_->connected() ? 1 : 0);
    }
  });
}

absl::Status VsDaemon::StartAdminPort(const sti::config::v1::VerificationServer& config) {
  if (!config.has_admin_port()) return absl::OkStatus();
  ReportAtScrape();
  for (const TrustDomainOptions& domain : options_.trust_domains) {
    counted_.ReportRoots(domain.rules.name, domain.pa_roots);
  }
  metrics::TlsUses uses = {{"grpc", config.grpc().tls().certificate_file()},
                           {"admin_port", config.admin_port().certificate_file()},
                           {"rest", config.rest().certificate_file()}};
  for (const auto& domain : config.trust_domains()) {
    uses.emplace_back(absl::StrCat("pa_", domain.name()), domain.pa().tls().certificate_file());
  }
  metrics::ExposeTlsFiles(metrics_, uses);
  MakeStatusPage(config, uses);
  const http::HttpHandler page = [this](const http::HttpRequest& request) {
    return status_page_->AnswerOf(request);
  };
  STI_ASSIGN_OR_RETURN(admin_server_,
                       metrics::StartAdminPort(config.admin_port(), {"sti-vs",
                                                                     metrics_,
                                                                     [this] { return Lacking(); },
                                                                     {{"/", page}, {"/explain", page}},
                                                                     [this] { return server_->Trouble(); }}));
  return absl::OkStatus();
}

std::optional<int> VsDaemon::admin_port() const {
  if (admin_server_ == nullptr) return std::nullopt;
  return admin_server_->port();
}

void VsDaemon::Stop(absl::Duration grace) {
  if (admin_server_ != nullptr) admin_server_->Shutdown(absl::ZeroDuration());
  trust_->Stop();
  readiness_->Stop();  // Redis and the keeper go on, and the server ends before them
  if (rest_server_ != nullptr) rest_server_->Shutdown(grace);
  if (server_ != nullptr) server_->Shutdown(grace);
  // What is still downloading fails here, and its calls are judged in the pool.
  fetcher_.Stop();
  renewals_.Stop();
  verifier_.AwaitIdle();
  pool_.reset();
  keeper_.Stop();
}

}  // namespace sti::vs
