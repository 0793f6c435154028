#include "common/status/form.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::status {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

absl::StatusOr<std::string> Decode(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 1 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return MakeError(Reason::kInvalidField, "form", "a % without two digits");
      out += static_cast<char>(high << 4 | low);
      i += 2;
    }
  }
  return absl::StrReplaceAll(out, {{"\r\n", "\n"}, {"\r", "\n"}});
}

}  // namespace

absl::StatusOr<FormFields> ParseForm(absl::string_view body) {
  if (body.size() > kFormBody) {
    return MakeError(Reason::kTooLarge, "form", absl::StrCat(body.size(), " octets; at most ", kFormBody));
  }
  FormFields fields;
  for (const absl::string_view pair : absl::StrSplit(body, '&', absl::SkipEmpty())) {
    if (fields.size() == kFormFields) {
      return MakeError(Reason::kTooLarge, "form", absl::StrCat("more than ", kFormFields, " fields"));
    }
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    STI_ASSIGN_OR_RETURN(std::string name, Decode(parts.first));
    STI_ASSIGN_OR_RETURN(std::string value, Decode(parts.second));
    if (!fields.emplace(std::move(name), std::move(value)).second) {
      return MakeError(Reason::kInvalidField, "form", "a field comes twice");
    }
  }
  return fields;
}

absl::Status CheckSameOrigin(const http::HttpRequest& request) {
  if (!absl::EqualsIgnoreCase(http::MediaTypeOf(request.Header("content-type")),
                              "application/x-www-form-urlencoded")) {
    return MakeError(Reason::kInvalidField, "Content-Type", "application/x-www-form-urlencoded is taken");
  }
  const absl::string_view origin = request.Header("origin"), host = request.Header("host");
  if (host.empty() || !absl::EqualsIgnoreCase(origin, absl::StrCat("https://", host))) {
    return MakeError(Reason::kPermissionDenied, "Origin",
                     "the form was sent by another site, or by no browser");
  }
  const absl::string_view site = request.Header("sec-fetch-site");
  if (!site.empty() && site != "same-origin") {
    return MakeError(Reason::kPermissionDenied, "Sec-Fetch-Site", "the form was sent by another site");
  }
  return absl::OkStatus();
}

}  // namespace sti::status
