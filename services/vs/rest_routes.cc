#include "services/vs/rest_routes.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/stir/atis_error.h"
#include "services/vs/rest_verification.h"

namespace sti::vs {
namespace {

constexpr absl::string_view kJson = "application/json";
constexpr size_t kLongestRequestId = 128;

http::HttpResponse Json(int status, const std::string& request_id, std::string body) {
  http::HttpResponse response;
  response.status = status;
  response.headers = {{"Content-Type", std::string(kJson)}, {"X-RequestID", request_id}};
  response.body = std::move(body);
  return response;
}

http::HttpResponse Refusal(const stir::AtisError& error, RestForm form, const std::string& request_id) {
  http::HttpResponse response =
      Json(error.http_status, request_id, form == RestForm::kGpp ? error.GppBody() : error.AtisBody());
  if (error.http_status == 401)
    response.headers.emplace_back("WWW-Authenticate", "Bearer");  // RFC 9110 s15.5.2
  if (error.http_status == 405) response.headers.emplace_back("Allow", "POST");
  return response;
}

// RFC 9110 s12.4.2: a weight of 0 means "not acceptable".
bool IsRuledOut(absl::string_view range) {
  for (const absl::string_view parameter : absl::StrSplit(range, ';')) {
    absl::string_view weight = absl::StripAsciiWhitespace(parameter);
    if (!absl::ConsumePrefix(&weight, "q=") && !absl::ConsumePrefix(&weight, "Q=")) continue;
    return weight.find_first_not_of("0.") == absl::string_view::npos;
  }
  return false;
}

// RFC 9110 s12.5.1. The most specific range decides; without the field anything is acceptable.
bool AcceptsJson(const http::HttpRequest& request) {
  bool any = false;
  int best = -1;
  bool accepted = false;
  for (const auto& [name, value] : request.headers) {
    if (name != "accept") continue;
    for (const absl::string_view range : absl::StrSplit(value, ',', absl::SkipWhitespace())) {
      any = true;
      const absl::string_view type = http::MediaTypeOf(range);
      const int rank = absl::EqualsIgnoreCase(type, kJson)             ? 2
                       : absl::EqualsIgnoreCase(type, "application/*") ? 1
                       : type == "*/*"                                 ? 0
                                                                       : -1;
      if (rank <= best) continue;
      best = rank;
      accepted = !IsRuledOut(range);
    }
  }
  return !any || accepted;
}

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

// What is wrong with the request before its body is looked at.
std::optional<stir::AtisError> Objection(const http::HttpRequest& request) {
  const absl::string_view target = request.target;
  if (target.substr(0, target.find('?')) != "/stir/v1/verification") return stir::ResourceNotFound();
  if (request.method != "POST" || request.head) return stir::MethodNotAllowed();
  if (!AcceptsJson(request)) return stir::NotAcceptable();
  if (request.Header("content-length").empty()) return stir::LengthRequired();
  if (request.body.empty()) return stir::MissingBody();
  if (!absl::EqualsIgnoreCase(http::MediaTypeOf(request.Header("content-type")), kJson)) {
    return stir::UnsupportedType(kJson);
  }
  return std::nullopt;
}

// The 3GPP form names some facts otherwise.
absl::Status InRestTerms(const absl::Status& status) {
  const std::string field = FieldOf(status);
  if (field == "request_uri") return MakeError(ReasonOf(status), "dest", status.message());
  if (absl::StartsWith(field, "resource_priority")) {
    return MakeError(ReasonOf(status), "protectedHeaders", status.message());
  }
  return status;
}

}  // namespace

RestRoutes::RestRoutes(Verify verify, ProfileTable profiles, crypto::ApiKeyTable api_keys,
                       const Random& random)
    : verify_(std::move(verify)),
      profiles_(std::move(profiles)),
      api_keys_(std::move(api_keys)),
      random_(random) {}

// A key that is shown must be good, also beside a certificate: a client that lost its key should learn of it.
absl::StatusOr<std::string> RestRoutes::IdentityOf(const http::HttpRequest& request) const {
  if (const std::optional<absl::string_view> key = ApiKeyOf(request)) {
    const absl::string_view name = api_keys_.NameOf(*key);
    if (name.empty()) return MakeError(Reason::kUnauthenticated, "unknown API key");
    return std::string(name);
  }
  if (request.client_identity.empty()) {
    return MakeError(Reason::kUnauthenticated, "neither client certificate nor API key");
  }
  return request.client_identity;
}

// The client's own unless it could not be sent back, or would only fill the log.
std::string RestRoutes::RequestIdOf(const http::HttpRequest& request) const {
  const absl::string_view given = request.Header("x-requestid");
  const bool printable = std::all_of(given.begin(), given.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!given.empty() && given.size() <= kLongestRequestId && printable) return std::string(given);
  return MakeUuid(random_).value_or("none");
}

void RestRoutes::Handle(const http::HttpRequest& request, const http::HttpAnswer& answer) const {
  const std::string id = RequestIdOf(request);
  RestForm form = RestForm::kAtis;
  const auto refuse = [&](const stir::AtisError& error) { answer.Send(Refusal(error, form, id)); };
  const auto refuse_for = [&](const absl::Status& status) { refuse(stir::AtisErrorOf(status)); };

  // Strangers first: they learn nothing about what is here.
  const absl::StatusOr<std::string> identity = IdentityOf(request);
  if (!identity.ok()) return refuse_for(identity.status());
  const absl::StatusOr<const ClientProfile*> profile = profiles_.For(*identity, "");
  if (!profile.ok()) return refuse_for(profile.status());
  if (const auto objection = Objection(request)) return refuse(*objection);

  const absl::StatusOr<codec::JsonObject> body = ParseRestBody(request.body);
  if (!body.ok()) return refuse_for(body.status());
  form = FormOf(*body);
  const absl::StatusOr<IncomingCall> call = CallFrom(*body, form);
  if (!call.ok()) return refuse_for(call.status());
  verify_(*call, **profile, [answer, form, id](const absl::StatusOr<stir::CallVerdict>& verdict) {
    if (verdict.ok()) return answer.Send(Json(200, id, RestResponse(*verdict, form)));
    answer.Send(Refusal(stir::AtisErrorOf(InRestTerms(verdict.status())), form, id));
  });
}

}  // namespace sti::vs
