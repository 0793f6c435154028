// sti-vs: verification service. Wires the parts by hand.
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/daemon/daemon.h"
#include "common/daemon/files.h"
#include "common/daemon/log.h"
#include "common/http/fetcher.h"
#include "common/rpc/channel.h"
#include "common/rpc/server.h"
#include "proto/sti/config/v1/vs.pb.h"
#include "services/vs/certificate_cache.h"
#include "services/vs/completion_pool.h"
#include "services/vs/trust_client.h"
#include "services/vs/trust_refresher.h"
#include "services/vs/trust_store.h"
#include "services/vs/verification_service.h"
#include "services/vs/verifier.h"
#include "services/vs/vs_config.h"

namespace sti::vs {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(5);

absl::Status Run(const sti::config::v1::VerificationServer& config, daemon::Lifetime& lifetime) {
  STI_ASSIGN_OR_RETURN(const VsOptions options, OptionsFrom(config));
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(config.state_dir()));
  const Clock& clock = SystemClock::Instance();
  TrustSnapshot trust;
  TrustStore store(config.state_dir(), options.pa_root, clock, trust);
  STI_ASSIGN_OR_RETURN(const auto pa_channel, rpc::OpenChannel(config.pa()));
  TrustClient pa(pa_channel);

  STI_ASSIGN_OR_RETURN(std::unique_ptr<http::HttpFetcher> fetcher, http::CreateFetcher(options.fetcher));
  CertificateCache cache(*fetcher, clock, options.cache);
  auto pool = std::make_unique<CompletionPool>(std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 8));
  Verifier verifier(
      cache, trust, clock, [&pool](std::function<void()> task) { pool->Run(std::move(task)); },
      options.verifier);
  VerificationService service(verifier, cache, trust, {config.clients().begin(), config.clients().end()});
  STI_ASSIGN_OR_RETURN(const auto server, rpc::Server::Start(config.grpc(), {&service}));

  TrustRefresher refresher(
      pa, store, trust, clock,
      [&server](const std::vector<std::string>& lacking) { server->SetServing(lacking); }, options.refresher);
  refresher.LoadStored();
  refresher.Start();
  const absl::Status announced = lifetime.Announce(config.port_file(), {{"grpc", server->port()}});
  if (announced.ok()) lifetime.WaitForStop();

  refresher.Stop();
  server->Shutdown(kGrace);
  // What is still downloading ends here, into a cache and verifier that are still there, and is judged in the
  // pool.
  fetcher.reset();
  pool.reset();
  return announced;
}

}  // namespace
}  // namespace sti::vs

int main(int argc, char** argv) {
  sti::config::v1::VerificationServer config;
  return sti::daemon::RunDaemon(
      argc, argv, "sti-vs", config, [&config] { return sti::vs::OptionsFrom(config).status(); },
      [&config](sti::daemon::Lifetime& lifetime) { return sti::vs::Run(config, lifetime); });
}
