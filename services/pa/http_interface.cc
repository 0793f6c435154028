#include "services/pa/http_interface.h"

#include <algorithm>
#include <optional>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "common/base/reason.h"
#include "services/pa/http_answers.h"
#include "services/pa/http_paths.h"

namespace sti::pa {
namespace {

constexpr size_t kLongestRequestId = 64;
// Longer ones were never given out: an account has at most 64 characters.
constexpr size_t kLongestPath = 256;

// The client's own unless it could not be sent back, or would only fill log and audit.
std::string RequestIdOf(const http::HttpRequest& request, const Random& random) {
  const absl::string_view given = request.Header("x-request-id");
  const bool graphic = std::all_of(given.begin(), given.end(),
                                   [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); });
  if (!given.empty() && given.size() <= kLongestRequestId && graphic) return std::string(given);
  return MakeUuid(random).value_or("-");
}

bool IsPostPath(absl::string_view path) {
  return path == kLoginPath || path == kRefreshPath || ParseTokenPath(path).has_value();
}

}  // namespace

HttpInterface::HttpInterface(const World& world, const SessionOptions& sessions,
                             const std::vector<SignerChain>& chains, const std::string& crl_url, int places)
    : random_(world.random),
      sessions_(world.database, sessions, world.clock, world.random),
      accounts_(world.database, sessions_, world.issuer, crl_url),
      documents_(world.publisher, chains, world.clock),
      places_(places) {}

http::HttpResponse HttpInterface::Post(absl::string_view path, const http::HttpRequest& request,
                                       const std::string& request_id) const {
  if (!places_.Enter()) return ErrorAnswer(MakeError(Reason::kOverloaded, "too many requests at once"));
  const auto leave = absl::MakeCleanup([this] { places_.Leave(); });
  if (path == kLoginPath) return accounts_.Login(request, request_id);
  if (path == kRefreshPath) return accounts_.Refresh(request);
  const std::optional<TokenPath> token = ParseTokenPath(path);
  return token ? accounts_.Token(*token, request, request_id) : ErrorAnswer(404, "no such resource");
}

http::HttpResponse HttpInterface::Route(const http::HttpRequest& request,
                                        const std::string& request_id) const {
  const absl::string_view target = request.target;
  const absl::string_view path = target.substr(0, target.find('?'));
  if (path.size() > kLongestPath) return ErrorAnswer(404, "no such resource");
  if (documents_.Serves(path))
    return request.method == "GET" ? documents_.Get(path, request) : WrongMethod("GET, HEAD");
  if (!IsPostPath(path)) return ErrorAnswer(404, "no such resource");
  return request.method == "POST" ? Post(path, request, request_id) : WrongMethod("POST");
}

http::HttpResponse HttpInterface::Handle(const http::HttpRequest& request) const {
  const std::string request_id = RequestIdOf(request, random_);
  http::HttpResponse response = Route(request, request_id);
  response.headers.emplace_back("X-Request-ID", request_id);
  return response;
}

}  // namespace sti::pa
