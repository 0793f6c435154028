// Says in words why a server cannot listen on an address; gRPC itself only gives port 0.
#ifndef COMMON_RPC_LISTEN_ADDRESS_H_
#define COMMON_RPC_LISTEN_ADDRESS_H_

#include <string>

#include "absl/status/status.h"

namespace sti::rpc {

// Tries every address that `listen` ("127.0.0.1:7001", "[::1]:7001", "localhost:0") stands for and lets go of
// them again. kConfigInvalid when it is none, or none of this machine; kUnavailable when one is in use or not
// permitted.
absl::Status CheckListenAddress(const std::string& listen);

}  // namespace sti::rpc

#endif  // COMMON_RPC_LISTEN_ADDRESS_H_
