// HTTPS as acme::Transport.
#ifndef SERVICES_AS_ACME_TRANSPORT_H_
#define SERVICES_AS_ACME_TRANSPORT_H_

#include <memory>
#include <string>
#include <utility>

#include "common/acme/transport.h"
#include "common/daemon/pause.h"
#include "common/http/client.h"

namespace sti::as {

class AcmeTransport final : public acme::Transport {
 public:
  explicit AcmeTransport(std::unique_ptr<http::HttpClient> client) : client_(std::move(client)) {}

  absl::StatusOr<acme::TransportAnswer> Send(const acme::TransportRequest& request) override;
  absl::Status Wait(absl::Duration time) override;
  // X-Request-ID of requests to come.
  void NameRequest(const std::string& request_id) { request_id_ = request_id; }
  // Ends a request or a wait under way, and fails all that follow. From any thread.
  void Cancel();

 private:
  const std::unique_ptr<http::HttpClient> client_;
  std::string request_id_;
  daemon::Pause pause_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_ACME_TRANSPORT_H_
