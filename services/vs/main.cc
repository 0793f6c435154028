// sti-vs: the STI verification service (ATIS-1000074).
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/daemon/daemon.h"
#include "proto/sti/config/v1/vs.pb.h"
#include "services/vs/vs_config.h"
#include "services/vs/vs_daemon.h"

namespace {

using sti::vs::VsDaemon;

constexpr absl::Duration kGrace = absl::Seconds(5);

absl::Status Run(const sti::config::v1::VerificationServer& config, sti::daemon::Lifetime& lifetime) {
  absl::StatusOr<std::unique_ptr<VsDaemon>> vs = VsDaemon::Start(config, sti::SystemClock::Instance());
  if (!vs.ok()) return vs.status();
  std::map<std::string, int> ports = {{"grpc", (*vs)->grpc_port()}};
  if (const auto rest = (*vs)->rest_port()) ports["rest"] = *rest;
  if (const auto admin = (*vs)->admin_port()) ports["admin"] = *admin;
  const absl::Status announced = lifetime.Announce(config.port_file(), ports);
  if (!announced.ok()) return announced;
  lifetime.WaitForStop();
  (*vs)->Stop(kGrace);
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  // A download has two seconds, as a rule; a thread that looks its name up would go on for up to half a
  // minute. Not if the admin says otherwise. No other thread runs yet.
  setenv("RES_OPTIONS", "timeout:1 attempts:2", 0);  // NOLINT(concurrency-mt-unsafe)
  sti::config::v1::VerificationServer config;
  return sti::daemon::RunDaemon(
      argc, argv, "sti-vs", config, [&] { return sti::vs::OptionsFrom(config).status(); },
      [&](sti::daemon::Lifetime& lifetime) { return Run(config, lifetime); });
}
