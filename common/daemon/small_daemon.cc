// The smallest daemon there is, for daemon_test: sti-as's configuration, no ports, ends at a signal.
#include <unistd.h>
#include <cstdio>

#include "common/base/reason.h"
#include "common/daemon/daemon.h"
#include "proto/sti/config/v1/as.pb.h"

int main(int argc, char** argv) {
  sti::config::v1::AuthenticationServer config;
  const auto check = [&config] {
    if (config.providers(0).spc() != "bad") return absl::OkStatus();
    return sti::MakeError(sti::Reason::kConfigInvalid, "spc", "must be 1 to 10 characters\nof A-Z, 0-9");
  };
  return sti::daemon::RunDaemon(
      argc, argv, "sti-small", config, check, [&config](sti::daemon::Lifetime& lifetime) {
        if (config.providers(0).spc() == "fail") {
          return sti::MakeError(sti::Reason::kUnavailable, "", "address 127.0.0.1:7001 is already in use");
        }
        const absl::Status announced =
            lifetime.Announce(config.port_file(), {{"grpc", 7001}, {"https", 8443}});
        if (!announced.ok()) return announced;
        std::puts("ready");
        std::fflush(stdout);
        lifetime.WaitForStop();
        if (config.providers(0).spc() == "hang") {
          std::puts("hanging");
          std::fflush(stdout);
          for (;;) pause();
        }
        return absl::OkStatus();
      });
}
