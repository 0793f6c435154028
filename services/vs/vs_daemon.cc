#include "services/vs/vs_daemon.h"

#include <algorithm>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/daemon/files.h"
#include "common/rpc/channel.h"

namespace sti::vs {

VsDaemon::VsDaemon(const sti::config::v1::VerificationServer& config, VsOptions options,
                   const std::shared_ptr<grpc::Channel>& pa, std::unique_ptr<http::HttpFetcher> fetcher,
                   const Clock& clock)
    : options_(std::move(options)),
      store_(config.state_dir(), options_.trust_domains[0].pa_root, clock, trust_),
      pa_(pa),
      fetcher_(std::move(fetcher)),
      cache_(*fetcher_, clock, options_.cache),
      pool_(std::make_unique<CompletionPool>(std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 8))),
      verifier_(
          cache_, trust_, clock, [this](std::function<void()> task) { pool_->Run(std::move(task)); },
          VerifierOptions()),
      service_(verifier_, cache_, trust_, options_.profiles) {}

VsDaemon::~VsDaemon() { Stop(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<VsDaemon>> VsDaemon::Start(const sti::config::v1::VerificationServer& config,
                                                          const Clock& clock) {
  STI_ASSIGN_OR_RETURN(VsOptions options, OptionsFrom(config));
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(config.state_dir()));
  STI_ASSIGN_OR_RETURN(const auto pa, rpc::OpenChannel(config.trust_domains(0).pa()));
  STI_ASSIGN_OR_RETURN(std::unique_ptr<http::HttpFetcher> fetcher, http::CreateFetcher(options.fetcher));
  std::unique_ptr<VsDaemon> vs(new VsDaemon(config, std::move(options), pa, std::move(fetcher), clock));
  STI_ASSIGN_OR_RETURN(vs->server_, rpc::Server::Start(config.grpc(), {&vs->service_}));
  vs->refresher_ = std::make_unique<TrustRefresher>(
      vs->pa_, vs->store_, vs->trust_, clock,
      [server = vs->server_.get()](const std::vector<std::string>& lacking) { server->SetServing(lacking); },
      TrustRefresherOptions{vs->options_.trust_domains[0].refresh_interval});
  vs->refresher_->LoadStored();
  vs->refresher_->Start();
  return vs;
}

void VsDaemon::Stop(absl::Duration grace) {
  if (refresher_ != nullptr) refresher_->Stop();
  if (server_ != nullptr) server_->Shutdown(grace);
  // What is still downloading ends here, into a cache and verifier that are still there, and is judged in the
  // pool.
  fetcher_.reset();
  pool_.reset();
}

}  // namespace sti::vs
