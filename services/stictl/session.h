// How stictl finds the daemons and the files that it is given.
#ifndef SERVICES_STICTL_SESSION_H_
#define SERVICES_STICTL_SESSION_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/sti/config/v1/stictl.pb.h"
#include "services/stictl/output.h"

namespace sti::stictl {

enum class Peer { kPa, kCa, kAs, kVs };

// What the global options say, before and after they are used. Not thread-safe.
class Session {
 public:
  Output output;
  std::string config_file;  // --config, else $STICTL_CONFIG, else ./stictl.yaml when it is there
  int timeout_ms = 10000;   // a call's deadline

  // kConfigInvalid with what to write where, when the configuration does not name the peer.
  absl::StatusOr<std::shared_ptr<grpc::Channel>> Open(Peer peer);
  // A context with deadline and request id. All requests of one run have the same id, a new one.
  std::unique_ptr<grpc::ClientContext> Context();

 private:
  absl::Status LoadOnce();
  bool loaded_ = false;
  sti::config::v1::AdminTool config_;
};

// The contents of a file named by an option. kNotFound or kTooLarge with the option's name as field.
absl::StatusOr<std::string> ReadOptionFile(absl::string_view option, const std::string& path,
                                           size_t max_size);

// `value`, or the contents of FILE for "@FILE", of standard input for "-"; white space at the ends is taken
// off.
absl::StatusOr<std::string> TextOrFile(absl::string_view option, const std::string& value, size_t max_size);

// Prints the error and gives kExitUsage.
int UsageError(const Output& output, const absl::Status& status);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_SESSION_H_
