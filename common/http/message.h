// HTTP requests and answers as handlers see them.
#ifndef COMMON_HTTP_MESSAGE_H_
#define COMMON_HTTP_MESSAGE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sti::http {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;   // "GET"; "GET" for HEAD too
  bool head = false;    // the client said HEAD (RFC 8555 s7.2 answers it with another status than GET)
  std::string target;   // path and query as received
  HttpHeaders headers;  // names in lower case
  std::string body;
  // Of the client certificate: first DNS subjectAltName, else first URI, else CN. Empty without a
  // certificate.
  std::string client_identity;
  // First value; empty when absent. `name` in lower case.
  absl::string_view Header(absl::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;  // without framing: Connection, Content-Length, Date and the like are the server's
  std::string body;
  // When set, sent instead of `body`: for large documents that many answers share.
  std::shared_ptr<const std::string> shared_body;
};

// "application/json" of "application/json; charset=utf-8" (RFC 9110 s8.3.1), in the letters given.
absl::string_view MediaTypeOf(absl::string_view content_type);

// Whether this can stand in a header: a name that is a token, a value without control characters, so that no
// header can be smuggled in through it (RFC 9110 s5.5), neither of them huge.
bool IsHeaderField(absl::string_view name, absl::string_view value);

// kInternal for an answer that must not go out: a status outside of 200..599; a field name that is no token;
// or that is huge; a value with control characters, so that no header can be smuggled in through it (RFC 9110
// s5.5); a field that is the server's.
absl::Status CheckResponse(const HttpResponse& response);

}  // namespace sti::http

#endif  // COMMON_HTTP_MESSAGE_H_
