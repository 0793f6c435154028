// What every daemon's main does around its own wiring: flags, log, signals, port file, state folder.
#ifndef COMMON_DAEMON_DAEMON_H_
#define COMMON_DAEMON_DAEMON_H_

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace sti::daemon {

// Handed to the daemon's own Run function.
class Lifetime {
 public:
  virtual ~Lifetime() = default;
  // Call once all ports are open: writes the port file ("grpc=7001" lines, atomically) if configured, logs the ports.
  virtual absl::Status Announce(const std::string& port_file, const std::map<std::string, int>& ports) = 0;
  // Blocks until SIGTERM or SIGINT.
  virtual void WaitForStop() = 0;
};

// Parses --config FILE, --check_config, --version; loads the configuration into `config`; sets up the log; blocks the
// signals; calls `run`. Exit codes: 0, 1 for an error in `run`, 2 for usage or configuration. Errors go to stderr in one
// line each, "sti-as: ...".
int RunDaemon(int argc, char** argv, const std::string& name, google::protobuf::Message& config,
              const std::function<absl::Status()>& check, const std::function<absl::Status(Lifetime&)>& run);

// Makes the folder with mode 0700 when missing. kStorageFailed.
absl::Status EnsureStateDir(const std::string& path);

// Replaces `path` by `contents`: temporary name, fsync, rename, fsync of the folder. kStorageFailed.
absl::Status WriteFileAtomically(const std::string& path, const std::string& contents);
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_size);

}  // namespace sti::daemon

#endif  // COMMON_DAEMON_DAEMON_H_
