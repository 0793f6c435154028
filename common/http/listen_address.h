// Where a server listens, out of its configuration.
#ifndef COMMON_HTTP_LISTEN_ADDRESS_H_
#define COMMON_HTTP_LISTEN_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"

namespace sti::http {

struct ListenAddress {
  std::string host;  // without brackets
  std::string port;  // decimal, 0 to 65535
};

// "127.0.0.1:8443", "[::1]:0", "localhost:8443". kConfigInvalid, field "listen".
absl::StatusOr<ListenAddress> ParseListenAddress(const std::string& listen);

}  // namespace sti::http

#endif  // COMMON_HTTP_LISTEN_ADDRESS_H_
