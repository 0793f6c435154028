// Listening sockets, and in words why there are none; gRPC itself only gives port 0.
#ifndef COMMON_RPC_LISTEN_ADDRESS_H_
#define COMMON_RPC_LISTEN_ADDRESS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sti::rpc {

struct ListenSockets {
  std::vector<int> fds;
  int port = 0;
};
// Sockets that listen, without blocking, on every address that `listen` ("127.0.0.1:7001", "[::1]:7001",
// "localhost:0") stands for, on one port (port 0: the kernel's choice); one at least, and the caller's to close.
// kConfigInvalid when it is no address, or none of this machine; kUnavailable when one is in use or not permitted.
absl::StatusOr<ListenSockets> OpenListenSockets(const std::string& listen);

}  // namespace sti::rpc

#endif  // COMMON_RPC_LISTEN_ADDRESS_H_
