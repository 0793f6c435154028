// The smallest daemon there is, for daemon_test: sti-as's configuration, no ports, ends at a signal; tells when
// its file is loaded again.
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/daemon.h"
#include "common/files/file_watch.h"
#include "proto/sti/config/v1/as.pb.h"

namespace {

absl::StatusOr<sti::files::Watched> WatchItsFile() {
  return sti::files::FileWatch::OfProcess().Watch(
      "test", {sti::daemon::ConfigFile()},
      [loads = std::make_shared<int>(0)]() -> absl::StatusOr<std::string> {
        if ((*loads)++ > 0) {
          std::puts("loaded");
          std::fflush(stdout);
        }
        return "in force";
      });
}

}  // namespace

int main(int argc, char** argv) {
  sti::config::v1::AuthenticationServer config;
  const auto check = [&config] {
    if (config.providers(0).spc() != "bad") return absl::OkStatus();
    return sti::MakeError(sti::Reason::kConfigInvalid, "spc", "must be 1 to 10 characters\nof A-Z, 0-9");
  };
  return sti::daemon::RunDaemon(
      argc, argv, "sti-small", config, check, [&config](sti::daemon::Lifetime& lifetime) -> absl::Status {
        if (config.providers(0).spc() == "fail") {
          return sti::MakeError(sti::Reason::kUnavailable, "", "address 127.0.0.1:7001 is already in use");
        }
        STI_ASSIGN_OR_RETURN(const sti::files::Watched watched, WatchItsFile());
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
