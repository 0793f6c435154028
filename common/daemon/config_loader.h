// YAML onto a protobuf message: the .proto is the schema (with proto/sti/config/v1/options.proto), its
// comments the manual.
#ifndef COMMON_DAEMON_CONFIG_LOADER_H_
#define COMMON_DAEMON_CONFIG_LOADER_H_

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace sti::daemon {

// One complaint about a configuration file.
struct ConfigProblem {
  int line = 0, column = 0;  // 1-based; a missing key has the place of the mapping that lacks it
  std::string path;          // "grpc.tls.key_file"; empty for the whole file
  std::string text;
};

// One line each, in the order of the file: "as.yaml:3:5: grpc.tls.key_fil: unknown key; did you mean
// key_file?"
std::string FormatProblems(const std::string& file, const std::vector<ConfigProblem>& problems);

// Fills `message` from a file and returns every problem instead of stopping at the first: YAML errors,
// unknown keys (with the nearest known one), duplicate keys, wrong types, values out of range, missing keys,
// input files that are missing or unreadable, private keys that others may read. Keys left out get the
// defaults of the schema; a message left out is filled with its defaults when none of its keys is required.
// Names of files and folders come out relative to the file's folder. Thread-safe.
std::vector<ConfigProblem> ReadConfig(const std::string& file, google::protobuf::Message& message);

// The same as a status: kConfigInvalid with FormatProblems as text.
absl::Status LoadConfig(const std::string& file, google::protobuf::Message& message);

}  // namespace sti::daemon

#endif  // COMMON_DAEMON_CONFIG_LOADER_H_
