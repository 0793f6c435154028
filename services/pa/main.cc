// sti-pa: the STI policy administrator (ATIS-1000080, ATIS-1000084).
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/crypto/system_random.h"
#include "common/daemon/daemon.h"
#include "proto/sti/config/v1/pa.pb.h"
#include "services/pa/pa_config.h"
#include "services/pa/pa_daemon.h"

namespace {

using sti::pa::PaDaemon;

constexpr absl::Duration kGrace = absl::Seconds(5);

absl::Status Run(const sti::config::v1::PolicyAdministratorServer& config, sti::daemon::Lifetime& lifetime) {
  absl::StatusOr<std::unique_ptr<PaDaemon>> pa =
      PaDaemon::Start(config, sti::SystemClock::Instance(), sti::crypto::SystemRandom::Instance());
  if (!pa.ok()) return pa.status();
  std::map<std::string, int> ports = {{"grpc", (*pa)->grpc_port()}};
  if ((*pa)->https_port() != 0) ports["https"] = (*pa)->https_port();
  if (const auto admin = (*pa)->admin_port()) ports["admin"] = *admin;
  const absl::Status announced = lifetime.Announce(config.port_file(), ports);
  if (!announced.ok()) return announced;
  lifetime.WaitForStop();
  (*pa)->Stop(kGrace);
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  sti::config::v1::PolicyAdministratorServer config;
  return sti::daemon::RunDaemon(
      argc, argv, "sti-pa", config,
      [&] { return sti::pa::LoadPaSettings(config, sti::SystemClock::Instance().TimeNow()).status(); },
      [&](sti::daemon::Lifetime& lifetime) { return Run(config, lifetime); });
}
