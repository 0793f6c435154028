#include "services/pa/http_answers.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/codec/json_text.h"

namespace sti::pa {
namespace {

http::HttpResponse Answer(int status, const codec::JsonObject& body) {
  http::HttpResponse response;
  response.status = status;
  response.headers = {
      {"Content-Type", kJsonType}, {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  response.body = codec::OrderedJson(body);
  return response;
}

std::string NamedText(const absl::Status& why) {
  const std::string field = FieldOf(why);
  return field.empty() ? std::string(why.message()) : absl::StrCat(field, ": ", why.message());
}

}  // namespace

http::HttpResponse JsonAnswer(const codec::JsonObject& body) { return Answer(200, body); }

http::HttpResponse ErrorAnswer(int status, absl::string_view message, absl::string_view code) {
  http::HttpResponse response =
      Answer(status, {{"status", "error"},
                      {"message", message},
                      {"errorCode", code.empty() ? absl::StrCat(status) : std::string(code)}});
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");  // RFC 9110 s15.5.2
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

http::HttpResponse ErrorAnswer(const absl::Status& why) {
  switch (why.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:  // a TNAuthList that is none, or none for this use
      return ErrorAnswer(400, NamedText(why), kBadAtc);
    case absl::StatusCode::kUnauthenticated:
      return ErrorAnswer(401, NamedText(why));
    case absl::StatusCode::kPermissionDenied:
      return ErrorAnswer(403, NamedText(why));
    case absl::StatusCode::kNotFound:
      return ErrorAnswer(404, NamedText(why));
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnavailable:
      return ErrorAnswer(503, RowOf(ReasonOf(why)).public_text);
    default:
      return ErrorAnswer(500, RowOf(Reason::kInternal).public_text);
  }
}

http::HttpResponse WrongMethod(absl::string_view allowed) {
  http::HttpResponse response = ErrorAnswer(405, absl::StrCat("only ", allowed));
  response.headers.emplace_back("Allow", std::string(allowed));
  return response;
}

}  // namespace sti::pa
