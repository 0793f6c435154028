// HTTPS server: Boost.Beast behind a plain interface. Only this room knows Beast.
#ifndef COMMON_HTTP_SERVER_H_
#define COMMON_HTTP_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sti::http {

struct HttpRequest {
  std::string method;  // "GET"
  std::string target;  // path and query as received
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string client_identity;  // of the client certificate; empty without one
  // First value; empty when absent. `name` in lower case.
  absl::string_view Header(absl::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// Called on the server's threads, several at once; must not block for long. HEAD is answered by the server from the GET
// answer without its body.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

struct HttpServerOptions {
  std::string listen;  // "host:port"
  std::string certificate_file, key_file;
  std::string client_ca_file;  // not empty: client certificates are demanded
  int threads = 2;
  size_t max_body = 64 * 1024;
  size_t max_header = 16 * 1024;
  size_t max_connections = 4096;
  absl::Duration idle_timeout = absl::Seconds(30);
  absl::Duration request_timeout = absl::Seconds(10);
};

class HttpServer {
 public:
  virtual ~HttpServer() = default;  // stops
  virtual uint16_t port() const = 0;
  // Stops accepting, lets requests under way finish, for at most `grace`.
  virtual void Shutdown(absl::Duration grace) = 0;
};

// TLS 1.2 or later. kConfigInvalid for bad files, kUnavailable when the address is in use (text names it).
absl::StatusOr<std::unique_ptr<HttpServer>> StartHttpsServer(const HttpServerOptions& options, HttpHandler handler);

}  // namespace sti::http

#endif  // COMMON_HTTP_SERVER_H_
