#include "services/vs/vs_daemon.h"

#include <algorithm>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/system_random.h"
#include "common/daemon/files.h"
#include "common/rpc/channel.h"
#include "services/vs/trust_client.h"

namespace sti::vs {

namespace {

absl::StatusOr<std::vector<std::unique_ptr<TrustSource>>> OpenSources(
    const sti::config::v1::VerificationServer& config) {
  std::vector<std::unique_ptr<TrustSource>> sources;
  for (const auto& domain : config.trust_domains()) {
    STI_ASSIGN_OR_RETURN(const auto channel, rpc::OpenChannel(domain.pa()));
    sources.push_back(std::make_unique<TrustClient>(channel));
  }
  return sources;
}

}  // namespace

VsDaemon::VsDaemon(VsOptions options, std::unique_ptr<TrustDomains> trust,
                   std::unique_ptr<http::HttpFetcher> fetcher, const Clock& clock)
    : options_(std::move(options)),
      trust_(std::move(trust)),
      fetcher_(std::move(fetcher)),
      cache_(*fetcher_, clock, options_.cache),
      pool_(std::make_unique<CompletionPool>(std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 8))),
      verifier_(
          cache_, trust_->board(), clock, [this](std::function<void()> task) { pool_->Run(std::move(task)); },
          VerifierOptions()),
      service_(
          verifier_, cache_, trust_->board(), [this] { return trust_->health(); }, options_.profiles) {}

VsDaemon::~VsDaemon() { Stop(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<VsDaemon>> VsDaemon::Start(const sti::config::v1::VerificationServer& config,
                                                          const Clock& clock) {
  STI_ASSIGN_OR_RETURN(VsOptions options, OptionsFrom(config));
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(config.state_dir()));
  STI_ASSIGN_OR_RETURN(auto sources, OpenSources(config));
  STI_ASSIGN_OR_RETURN(
      auto trust, TrustDomains::Create(config.state_dir(), options.trust_domains, std::move(sources), clock));
  STI_ASSIGN_OR_RETURN(std::unique_ptr<http::HttpFetcher> fetcher, http::CreateFetcher(options.fetcher));
  std::unique_ptr<VsDaemon> vs(new VsDaemon(std::move(options), std::move(trust), std::move(fetcher), clock));
  STI_ASSIGN_OR_RETURN(vs->server_, rpc::Server::Start(config.grpc(), {&vs->service_}));
  STI_RETURN_IF_ERROR(vs->StartRest());
  vs->trust_->Start(
      [server = vs->server_.get()](const std::vector<std::string>& lacking) { server->SetServing(lacking); });
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
      http::AsyncHttpHandler(
          [routes = rest_routes_.get()](const http::HttpRequest& request, const http::HttpAnswer& answer) {
            routes->Handle(request, answer);
          }));
  if (!server.ok()) return PrefixField("rest", server.status());
  rest_server_ = *std::move(server);
  return absl::OkStatus();
}

std::optional<int> VsDaemon::rest_port() const {
  if (rest_server_ == nullptr) return std::nullopt;
  return rest_server_->port();
}

void VsDaemon::Stop(absl::Duration grace) {
  trust_->Stop();
  if (rest_server_ != nullptr) rest_server_->Shutdown(grace);
  if (server_ != nullptr) server_->Shutdown(grace);
  // What is still downloading ends here, into a cache and verifier that are still there, and is judged in the
  // pool.
  fetcher_.reset();
  pool_.reset();
}

}  // namespace sti::vs
