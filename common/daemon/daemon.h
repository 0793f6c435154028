// What every daemon's main does around its own wiring: flags, log, signals, port file.
#ifndef COMMON_DAEMON_DAEMON_H_
#define COMMON_DAEMON_DAEMON_H_

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "common/daemon/files.h"
#include "common/daemon/log.h"

namespace sti::daemon {

// --config of RunDaemon; empty in other programs.
const std::string& ConfigFile();

// Of every program of the suite.
inline constexpr char kVersion[] = "0.1.0";

// Handed to the daemon's own Run function. Thread-compatible.
class Lifetime {
 public:
  virtual ~Lifetime() = default;
  // Call once all ports are open: writes the port file ("grpc=7001" lines, atomically) unless its name is
  // empty, and logs the ports. RunDaemon removes the file at the end. kStorageFailed.
  virtual absl::Status Announce(const std::string& port_file, const std::map<std::string, int>& ports) = 0;
  // Blocks until SIGTERM or SIGINT. From then on a second signal ends the process at once. Meanwhile files that
  // have changed are loaded again (files::FileWatch::OfProcess), and all of them at SIGHUP.
  virtual void WaitForStop() = 0;
};

// Parses --config FILE, --check_config, --version; loads the configuration into `config` (config_loader.h)
// and asks `check` for what a schema cannot say (kConfigInvalid, with the path of the key as field); sets up
// the log from its `log` key; blocks SIGTERM, SIGINT and SIGHUP for all threads and ignores SIGPIPE; calls `run`.
// Exit codes: 0; 1 for an error in `run`; 2 for usage or configuration, with every problem on a line of its
// own. Errors go to stderr. `name` is the program ("sti-as"). Must be called before any thread starts.
int RunDaemon(int argc, char** argv, const std::string& name, google::protobuf::Message& config,
              const std::function<absl::Status()>& check, const std::function<absl::Status(Lifetime&)>& run);

}  // namespace sti::daemon

#endif  // COMMON_DAEMON_DAEMON_H_
