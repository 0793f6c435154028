// HTTPS server: Boost.Beast behind a plain interface. Only this room knows Beast.
#ifndef COMMON_HTTP_SERVER_H_
#define COMMON_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/files/file_watch.h"
#include "common/http/answer.h"
#include "common/http/message.h"

namespace sti::http {

// Called on the server's threads, several at once; must not block for long. An exception, or an answer that
// CheckResponse (message.h) refuses, gives the client a bare 500.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;
// The same for answers that take their time: the connection waits without holding a thread, and reads no
// further request meanwhile. How long is the handler's affair.
using AsyncHttpHandler = std::function<void(HttpRequest, HttpAnswer)>;

struct HttpServerOptions {
  std::string listen;  // "host:port", "[v6]:port"; port 0 lets the kernel choose
  std::string certificate_file,
      key_file;                // PEM, own certificate first; key of any type without passphrase, 0600
  std::string client_ca_file;  // not empty: client certificates from these CAs are demanded
  // They are only asked for: a client without one is served, one with a bad one is not.
  bool client_certificate_optional = false;
  int threads = 2;
  size_t max_body = 64 * 1024;                      // octets; beyond: 413
  size_t max_header = 16 * 1024;                    // octets; beyond: 431
  size_t max_connections = 4096;                    // beyond: closed at once
  absl::Duration idle_timeout = absl::Seconds(30);  // between requests
  // For the TLS handshake, for a whole request from its first octet, and for an answer (plus a second per 64
  // KiB).
  absl::Duration request_timeout = absl::Seconds(10);
};

// Thread-safe.
class HttpServer {
 public:
  virtual ~HttpServer() = default;  // stops at once
  virtual uint16_t port() const = 0;
  // Stops accepting, lets requests under way finish, for at most `grace`, then closes every connection.
  // A request whose handler has not answered yet is under way; answers that come later go nowhere.
  // Idempotent. Not to be called from a handler.
  virtual void Shutdown(absl::Duration grace) = 0;
};

// HTTP/1.1 with keep-alive over TLS 1.2 or later. HEAD is answered from the GET answer without its body.
// Malformed requests get their 4xx without the handler seeing them; methods are the handler's affair.
// kConfigInvalid for bad options and files (field = option), kKeyPermissions for a key file that others may
// read, kKeyMismatch for a key that is not the certificate's, kUnavailable when the address cannot be
// listened on (text names it). New connections take what `watch` loads when the files change; it must outlive
// the server.
absl::StatusOr<std::unique_ptr<HttpServer>> StartHttpsServer(
    const HttpServerOptions& options, AsyncHttpHandler handler,
    files::FileWatch& watch = files::FileWatch::OfProcess());
absl::StatusOr<std::unique_ptr<HttpServer>> StartHttpsServer(
    const HttpServerOptions& options, HttpHandler handler,
    files::FileWatch& watch = files::FileWatch::OfProcess());

}  // namespace sti::http

#endif  // COMMON_HTTP_SERVER_H_
