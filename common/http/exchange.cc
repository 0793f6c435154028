#include "common/http/exchange.h"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace sti::http {

namespace beast = boost::beast;
using beast::http::field;

namespace {

absl::string_view View(beast::string_view text) { return absl::string_view(text.data(), text.size()); }
beast::string_view BeastView(absl::string_view text) { return beast::string_view(text.data(), text.size()); }

}  // namespace

HeaderVerdict JudgeHeader(const BeastRequest& request) {
  HeaderVerdict verdict;
  if (request.version() != 11) {
    verdict.refuse_with = 505;
  } else if (request.count(field::host) != 1) {
    verdict.refuse_with = 400;
  } else if (request.count(field::expect) > 0) {
    verdict.expects_continue = absl::EqualsIgnoreCase(View(request[field::expect]), "100-continue");
    if (!verdict.expects_continue) verdict.refuse_with = 417;
  }
  return verdict;
}

int StatusOfParserError(const beast::error_code& error) {
  using Code = beast::http::error;
  static const beast::error_code http(Code::bad_value);
  if (error.category() != http.category()) return 0;
  if (error == Code::end_of_stream || error == Code::partial_message) return 0;
  if (error == Code::body_limit) return 413;
  if (error == Code::header_limit || error == Code::buffer_overflow) return 431;
  if (error == Code::bad_version) return 505;
  return 400;
}

HttpRequest MakeRequest(BeastRequest&& request, const std::string& client_identity) {
  HttpRequest made;
  made.head = request.method() == beast::http::verb::head;
  made.method = made.head ? "GET" : std::string(View(request.method_string()));
  made.target = std::string(View(request.target()));
  for (const auto& header : request) {
    made.headers.emplace_back(absl::AsciiStrToLower(View(header.name_string())),
                              std::string(View(header.value())));
  }
  made.body = std::move(request.body());
  made.client_identity = client_identity;
  return made;
}

HttpResponse ServerError() {
  HttpResponse failed;
  failed.status = 500;
  return failed;
}

void CallHandler(const AsyncHttpHandler& handler, HttpRequest request, const HttpAnswer& answer) {
  try {
    handler(std::move(request), answer);
  } catch (...) {
    // One request's misfortune must not end the daemon.
    answer.Send(ServerError());
  }
}

BeastAnswer MakeAnswer(const HttpResponse& response, bool head, bool keep_alive) {
  BeastAnswer answer;
  answer.version(11);
  answer.result(static_cast<unsigned>(response.status));
  answer.set(field::date,
             BeastView(absl::FormatTime("%a, %d %b %E4Y %H:%M:%S GMT", absl::Now(), absl::UTCTimeZone())));
  for (const auto& [name, value] : response.headers) answer.insert(BeastView(name), BeastView(value));
  const std::string& body = response.shared_body ? *response.shared_body : response.body;
  // RFC 9110 s15.3.5 and s15.4.5: neither has content.
  if (response.status != 204 && response.status != 304) {
    answer.content_length(body.size());
    if (!head) answer.body() = {body.data(), body.size()};
  }
  answer.keep_alive(keep_alive);
  return answer;
}

}  // namespace sti::http
