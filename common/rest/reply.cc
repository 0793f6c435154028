#include "common/rest/reply.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"

namespace sti::rest {
namespace {

constexpr size_t kLongestRequestId = 128;

std::string RequestIdOf(const http::HttpRequest& request, const Random& random) {
  // As ATIS-1000082 spells it, or as most others do.
  const absl::string_view atis = request.Header("x-requestid");
  const absl::string_view given = atis.empty() ? request.Header("x-request-id") : atis;
  const bool printable = std::all_of(given.begin(), given.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!given.empty() && given.size() <= kLongestRequestId && printable) return std::string(given);
  return MakeUuid(random).value_or("none");
}

http::HttpResponse Json(int status, const std::string& request_id, std::string body) {
  http::HttpResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}, {"X-RequestID", request_id}};
  response.body = std::move(body);
  return response;
}

}  // namespace

Reply::Reply(const http::HttpRequest& request, const http::HttpAnswer& answer, const Random& random)
    : answer_(answer), id_(RequestIdOf(request, random)) {}

void Reply::Send(std::string body) const { answer_.Send(Json(200, id_, std::move(body))); }

void Reply::Refuse(const stir::AtisError& error) const { Refuse(error, {}); }

void Reply::Refuse(const absl::Status& status) const {
  const stir::AtisError error = stir::AtisErrorOf(status);
  http::HttpHeaders more;
  if (error.http_status == 429 || error.http_status == 503) {
    std::optional<absl::Duration> wait = RetryAfterOf(status);
    if (!wait && ReasonOf(status) == Reason::kOverloaded) wait = absl::Seconds(1);
    if (wait) {
      const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(*wait, absl::Seconds(1)));
      more.emplace_back("Retry-After", absl::StrCat(seconds));  // RFC 9110 s10.2.3
    }
  }
  Refuse(error, std::move(more));
}

void Reply::Refuse(const stir::AtisError& error, http::HttpHeaders more) const {
  http::HttpResponse response =
      Json(error.http_status, id_, form_ == RestForm::kGpp ? error.GppBody() : error.AtisBody());
  if (error.http_status == 401) more.emplace_back("WWW-Authenticate", "Bearer");  // RFC 9110 s15.5.2
  if (error.http_status == 405) more.emplace_back("Allow", "POST");
  std::move(more.begin(), more.end(), std::back_inserter(response.headers));
  answer_.Send(std::move(response));
}

}  // namespace sti::rest
