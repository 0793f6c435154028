// Conditional requests and choice of representation (RFC 9110 s8.8, s12.5.1, s13).
#ifndef COMMON_HTTP_CONDITIONAL_H_
#define COMMON_HTTP_CONDITIONAL_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/http/message.h"

namespace sti::http {

// True when an If-None-Match value (RFC 9110 s13.1.2) is "*" or lists `etag`; weak marks do not matter.
bool MatchesEtag(absl::string_view if_none_match, absl::string_view etag);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 s5.6.7).
std::string HttpDate(absl::Time time);
// The same form only; nullopt for any other text, which is to be ignored.
std::optional<absl::Time> ParseHttpDate(absl::string_view text);

// 304 is the answer to a GET of what has `etag` and was changed at `modified` (InfinitePast: not known):
// If-None-Match, or If-Modified-Since where there is none (RFC 9110 s13.2.2).
bool IsNotModified(const HttpRequest& request, absl::string_view etag, absl::Time modified);

// Does an Accept header name exactly this type, with a weight above zero? "*/*" is no name.
bool AsksFor(const HttpRequest& request, absl::string_view media_type);

}  // namespace sti::http

#endif  // COMMON_HTTP_CONDITIONAL_H_
