// The HTTPS server of the STI-PA, open before its rooms are there: its port is part of the URLs that they
// sign.
#ifndef SERVICES_PA_HTTP_FRONT_H_
#define SERVICES_PA_HTTP_FRONT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/snapshot.h"
#include "common/http/message.h"
#include "common/http/server.h"

namespace sti::pa {

// Thread-safe.
class HttpFront {
 public:
  using Handler = std::function<http::HttpResponse(const http::HttpRequest&)>;

  // Listening, and answering 503, when it returns. Errors of http::StartHttpsServer.
  static absl::StatusOr<std::unique_ptr<HttpFront>> Listen(const http::HttpServerOptions& options);

  uint16_t port() const { return server_->port(); }
  // From now on `handler` answers. It must live until Shutdown.
  void Open(Handler handler);
  void Shutdown(absl::Duration grace) { server_->Shutdown(grace); }

 private:
  HttpFront() = default;

  Snapshot<Handler> handler_;
  std::unique_ptr<http::HttpServer> server_;  // last: goes first
};

}  // namespace sti::pa

#endif  // SERVICES_PA_HTTP_FRONT_H_
