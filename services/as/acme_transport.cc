#include "services/as/acme_transport.h"

#include <string>

#include "absl/strings/ascii.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::as {

absl::StatusOr<acme::TransportAnswer> AcmeTransport::Send(const acme::TransportRequest& request) {
  http::ClientRequest sent{request.method, request.url, {}, request.body};
  if (!request.accept.empty()) sent.headers.emplace_back("Accept", request.accept);
  if (request.method == "POST") sent.headers.emplace_back("Content-Type", "application/jose+json");
  if (!request_id_.empty()) sent.headers.emplace_back("X-Request-ID", request_id_);
  STI_ASSIGN_OR_RETURN(http::ClientAnswer answer, client_->Send(sent));
  acme::TransportAnswer received;
  received.status = answer.status;
  received.content_type = absl::AsciiStrToLower(http::MediaTypeOf(answer.Header("content-type")));
  received.nonce = std::string(answer.Header("replay-nonce"));
  received.location = std::string(answer.Header("location"));
  received.retry_after = std::string(answer.Header("retry-after"));
  for (const auto& [name, value] : answer.headers) {
    if (name == "link") received.links.push_back(value);
  }
  received.body = std::move(answer.body);
  return received;
}

absl::Status AcmeTransport::Wait(absl::Duration time) {
  if (pause_.For(time)) return absl::OkStatus();
  return MakeError(Reason::kUnavailable, "cancelled");
}

void AcmeTransport::Cancel() {
  client_->Cancel();
  pause_.Stop();
}

}  // namespace sti::as
