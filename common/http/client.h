// HTTPS requests to peers that the operator has configured: an STI-PA, an STI-CA. For URLs that a stranger
// chose there is fetcher.h, which guards the addresses.
#ifndef COMMON_HTTP_CLIENT_H_
#define COMMON_HTTP_CLIENT_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/http/message.h"

namespace sti::http {

struct ClientRequest {
  std::string method = "GET";  // or "HEAD", "POST"
  std::string url;             // https; a query is allowed
  HttpHeaders headers;         // names and values as sent
  std::string body;            // of a POST
};

struct ClientAnswer {
  int status = 0;       // 100 to 599 as received, whatever it says
  HttpHeaders headers;  // names in lower case
  std::string body;
  // First value; empty when absent. `name` in lower case.
  absl::string_view Header(absl::string_view name) const;
};

// Seam.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Waits for the answer; a redirect is an answer like any other and not followed. One thread at a time.
  // kInvalidField ("url", "method" or "headers") for what is not sent; kUnavailable (name, connection, TLS,
  // broken answer, cancelled); kDeadlineExceeded; kTooLarge. No text quotes what was sent or what the peer
  // sent.
  virtual absl::StatusOr<ClientAnswer> Send(const ClientRequest& request) = 0;
  // Ends the request under way and fails all that follow. From any thread; idempotent.
  virtual void Cancel() = 0;
};

struct ClientOptions {
  std::string ca_file;           // PEM; empty: the system's web roots
  std::string certificate_file;  // PEM, own certificate first; shown to a server that asks. Empty: none
  std::string key_file;          // its key, of any type without passphrase, mode 0600
  absl::Duration timeout = absl::Seconds(15);  // of a request, from name look-up to last octet
  size_t max_body = 64 * 1024;                 // octets
  size_t max_header = 16 * 1024;               // octets, status lines and trailers included
};

// libcurl on the caller's thread. HTTP/1.1 over TLS 1.2 or later with host name check; no proxy, no cookies;
// keeps its connection. kConfigInvalid or kKeyPermissions, with the option as field.
absl::StatusOr<std::unique_ptr<HttpClient>> CreateClient(const ClientOptions& options);

}  // namespace sti::http

#endif  // COMMON_HTTP_CLIENT_H_
