#include "common/rest/caller.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"

namespace sti::rest {
namespace {

// The key that the client shows; nullopt when it shows none.
std::optional<absl::string_view> ApiKeyOf(const http::HttpRequest& request) {
  constexpr absl::string_view kBearer = "bearer ";
  const absl::string_view authorization = request.Header("authorization");
  if (absl::StartsWithIgnoreCase(authorization, kBearer)) {
    return absl::StripAsciiWhitespace(authorization.substr(kBearer.size()));
  }
  for (const auto& [name, value] : request.headers) {
    if (name == "x-api-key") return absl::StripAsciiWhitespace(value);
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::string> CallerOf(const http::HttpRequest& request, const crypto::ApiKeyTable& api_keys) {
  if (const std::optional<absl::string_view> key = ApiKeyOf(request)) {
    const absl::string_view name = api_keys.NameOf(*key);
    if (name.empty()) return MakeError(Reason::kUnauthenticated, "unknown API key");
    return std::string(name);
  }
  if (request.client_identity.empty()) {
    return MakeError(Reason::kUnauthenticated, "neither client certificate nor API key");
  }
  return request.client_identity;
}

}  // namespace sti::rest
