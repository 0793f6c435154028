#include "common/http/immutable_document.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/http/conditional.h"

namespace sti::http {

std::string ImmutableCacheControl(absl::Duration max_age) {
  return absl::StrCat("public, max-age=", absl::ToInt64Seconds(max_age), ", immutable");
}

HttpResponse AnswerImmutable(const HttpRequest& request, std::string body, absl::string_view content_type,
                             const std::string& cache_control) {
  const std::string etag = absl::StrCat("\"", absl::BytesToHexString(crypto::Sha256(body)), "\"");
  HttpResponse response;
  response.headers = {
      {"Cache-Control", cache_control}, {"ETag", etag}, {"X-Content-Type-Options", "nosniff"}};
  if (MatchesEtag(request.Header("if-none-match"), etag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", std::string(content_type));
  response.body = std::move(body);
  return response;
}

HttpResponse UncachedError(int status, absl::string_view text) {
  HttpResponse response;
  response.status = status;
  response.headers = {
      {"Content-Type", "text/plain"}, {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  response.body = absl::StrCat(text, "\n");
  return response;
}

std::optional<HttpResponse> RefuseUnlessRead(const HttpRequest& request, absl::string_view what) {
  if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
  HttpResponse refused = UncachedError(405, absl::StrCat(what, " can be read only"));
  refused.headers.emplace_back("Allow", "GET, HEAD");
  return refused;
}

}  // namespace sti::http
