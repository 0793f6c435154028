// sti-ca: the STI certification authority with its public repository (ATIS-1000080).
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/crypto/system_random.h"
#include "common/daemon/daemon.h"
#include "proto/sti/config/v1/ca.pb.h"
#include "services/ca/ca_config.h"
#include "services/ca/ca_daemon.h"

namespace {

using sti::ca::CaDaemon;

constexpr absl::Duration kGrace = absl::Seconds(5);

absl::Status Run(const sti::config::v1::CertificateAuthorityServer& config, sti::daemon::Lifetime& lifetime) {
  absl::StatusOr<std::unique_ptr<CaDaemon>> ca =
      CaDaemon::Start(config, sti::SystemClock::Instance(), sti::crypto::SystemRandom::Instance());
  if (!ca.ok()) return ca.status();
  sti::daemon::LogInfo("publishing certificates", {{"url", (*ca)->public_url()}});
  std::map<std::string, int> ports = {{"grpc", (*ca)->grpc_port()}, {"https", (*ca)->https_port()}};
  if (const auto admin = (*ca)->admin_port()) ports["admin"] = *admin;
  const absl::Status announced = lifetime.Announce(config.port_file(), ports);
  if (!announced.ok()) return announced;
  lifetime.WaitForStop();
  (*ca)->Stop(kGrace);
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  sti::config::v1::CertificateAuthorityServer config;
  return sti::daemon::RunDaemon(
      argc, argv, "sti-ca", config,
      [&] { return sti::ca::LoadCaSettings(config, sti::SystemClock::Instance().TimeNow()).status(); },
      [&](sti::daemon::Lifetime& lifetime) { return Run(config, lifetime); });
}
