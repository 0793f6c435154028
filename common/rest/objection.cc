#include "common/rest/objection.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sti::rest {
namespace {

constexpr absl::string_view kJson = "application/json";

// RFC 9110 s12.4.2: a weight of 0 means "not acceptable".
bool IsRuledOut(absl::string_view range) {
  for (const absl::string_view parameter : absl::StrSplit(range, ';')) {
    absl::string_view weight = absl::StripAsciiWhitespace(parameter);
    if (!absl::ConsumePrefix(&weight, "q=") && !absl::ConsumePrefix(&weight, "Q=")) continue;
    return weight.find_first_not_of("0.") == absl::string_view::npos;
  }
  return false;
}

// The most specific range decides; without the field anything is acceptable.
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

}  // namespace

absl::string_view ResourceOf(const http::HttpRequest& request) {
  const absl::string_view target = request.target;
  return target.substr(0, target.find('?'));
}

std::optional<stir::AtisError> Objection(const http::HttpRequest& request,
                                         std::initializer_list<absl::string_view> resources) {
  if (std::find(resources.begin(), resources.end(), ResourceOf(request)) == resources.end()) {
    return stir::ResourceNotFound();
  }
  if (request.method != "POST" || request.head) return stir::MethodNotAllowed();
  if (!AcceptsJson(request)) return stir::NotAcceptable();
  if (request.Header("content-length").empty()) return stir::LengthRequired();
  if (request.body.empty()) return stir::MissingBody();
  if (!absl::EqualsIgnoreCase(http::MediaTypeOf(request.Header("content-type")), kJson)) {
    return stir::UnsupportedType(kJson);
  }
  return std::nullopt;
}

}  // namespace sti::rest
