// YAML onto a protobuf message: the .proto is the schema, its comments the manual.
#ifndef COMMON_DAEMON_CONFIG_LOADER_H_
#define COMMON_DAEMON_CONFIG_LOADER_H_

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace sti::daemon {

// One complaint about a configuration file.
struct ConfigProblem {
  int line = 0, column = 0;  // 1-based; 0 when the problem has no place (a missing key)
  std::string path;          // "grpc.tls.key_file"
  std::string text;
};

// "as.yaml:3:5: grpc.tls.key_fil: unknown key; did you mean key_file?"
std::string FormatProblems(const std::string& file, const std::vector<ConfigProblem>& problems);

// Fills `message`. Collects every problem instead of stopping at the first: unknown keys (with the nearest known one),
// wrong types, values out of range, missing keys whose comment begins with "Required" are found by the caller's checks.
// Names ending in _file are taken relative to the file's folder, and so is state_dir; a named input file that is missing
// is a problem with its line and column (but for port_file, which is written). kConfigInvalid with all problems as text.
absl::Status LoadConfig(const std::string& file, google::protobuf::Message& message);

}  // namespace sti::daemon

#endif  // COMMON_DAEMON_CONFIG_LOADER_H_
