// Answers of a public repository: documents that never change under their URL (RFC 8246), such as certificate
// chains.
#ifndef COMMON_HTTP_IMMUTABLE_DOCUMENT_H_
#define COMMON_HTTP_IMMUTABLE_DOCUMENT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/http/message.h"

namespace sti::http {

// What a certificate repository delivers (ATIS-1000074, RFC 8555 s9.1).
inline constexpr char kChainMediaType[] = "application/pem-certificate-chain";

// "public, max-age=86400, immutable": how long others may keep a document.
std::string ImmutableCacheControl(absl::Duration max_age);

// 200, or 304 when If-None-Match fits. `cache_control` as above.
HttpResponse AnswerImmutable(const HttpRequest& request, std::string body, absl::string_view content_type,
                             const std::string& cache_control);

// Plain text that nobody may keep: the document may be there a moment later.
HttpResponse UncachedError(int status, absl::string_view text);

// 405 for anything but GET and HEAD; `what` can be read only ("certificates").
std::optional<HttpResponse> RefuseUnlessRead(const HttpRequest& request, absl::string_view what);

}  // namespace sti::http

#endif  // COMMON_HTTP_IMMUTABLE_DOCUMENT_H_
