// The PEM files of a Tls configuration, read and checked.
#ifndef COMMON_RPC_TLS_FILES_H_
#define COMMON_RPC_TLS_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/base/secret.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::rpc {

struct TlsPem {
  std::string certificates;  // own chain, leaf first
  Secret key;
  std::string authorities;
};

// kConfigInvalid when a file is missing, too large or not PEM; kKeyPermissions when group or others have any
// right to the key. Field and text name key and path.
absl::StatusOr<TlsPem> ReadTlsFiles(const sti::config::v1::Tls& config);

}  // namespace sti::rpc

#endif  // COMMON_RPC_TLS_FILES_H_
