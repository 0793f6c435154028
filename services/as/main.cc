// sti-as: the STI authentication service (ATIS-1000074).
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/crypto/system_random.h"
#include "common/daemon/daemon.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/as_config.h"
#include "services/as/as_daemon.h"

namespace {

using sti::as::AsDaemon;

constexpr absl::Duration kGrace = absl::Seconds(5);

absl::Status Run(const sti::config::v1::AuthenticationServer& config, sti::daemon::Lifetime& lifetime) {
  absl::StatusOr<std::unique_ptr<AsDaemon>> as =
      AsDaemon::Start(config, sti::SystemClock::Instance(), sti::crypto::SystemRandom::Instance());
  if (!as.ok()) return as.status();
  std::map<std::string, int> ports = {{"grpc", (*as)->grpc_port()}};
  if (const auto rest = (*as)->rest_port()) ports["rest"] = *rest;
  if (const auto admin = (*as)->admin_port()) ports["admin"] = *admin;
  for (const auto& [provider, port] : (*as)->publication_ports()) ports["publication-" + provider] = port;
  const absl::Status announced = lifetime.Announce(config.port_file(), ports);
  if (!announced.ok()) return announced;
  lifetime.WaitForStop();
  (*as)->Stop(kGrace);
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  sti::config::v1::AuthenticationServer config;
  return sti::daemon::RunDaemon(
      argc, argv, "sti-as", config, [&] { return sti::as::OptionsFrom(config).status(); },
      [&](sti::daemon::Lifetime& lifetime) { return Run(config, lifetime); });
}
