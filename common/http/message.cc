#include "common/http/message.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::http {
namespace {

constexpr size_t kFieldMax = 16 * 1024;  // octets of one name or value; Beast throws beyond 64 KiB
// Framing and Date: whoever else sets them makes two of them.
constexpr absl::string_view kServersOwn[] = {"connection", "content-length",    "date",   "keep-alive",
                                             "trailer",    "transfer-encoding", "upgrade"};

// RFC 9110 s5.6.2.
bool IsToken(absl::string_view name) {
  if (name.empty()) return false;
  for (const char c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && !absl::StrContains("!#$%&'*+-.^_`|~", c))
      return false;
  }
  return true;
}

bool IsFieldValue(absl::string_view value) {
  for (const char c : value) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c)) && c != '\t') return false;
  }
  return true;
}

absl::Status Refuse(absl::string_view what) { return MakeError(Reason::kInternal, what); }

}  // namespace

absl::string_view HttpRequest::Header(absl::string_view name) const {
  for (const auto& [field, value] : headers) {
    if (field == name) return value;
  }
  return "";
}

absl::string_view MediaTypeOf(absl::string_view content_type) {
  return absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';')));
}

bool IsHeaderField(absl::string_view name, absl::string_view value) {
  return name.size() <= kFieldMax && value.size() <= kFieldMax && IsToken(name) && IsFieldValue(value);
}

absl::Status CheckResponse(const HttpResponse& response) {
  if (response.status < 200 || response.status > 599) {
    return Refuse(absl::StrCat("the handler answered with status ", response.status));
  }
  for (const auto& [name, value] : response.headers) {
    if (name.size() > kFieldMax || value.size() > kFieldMax) return Refuse("the handler set a huge header");
    if (!IsToken(name)) return Refuse("the handler set a header whose name is no token");
    if (!IsFieldValue(value)) return Refuse(absl::StrCat("control characters in the header ", name));
    for (const absl::string_view own : kServersOwn) {
      if (absl::EqualsIgnoreCase(name, own))
        return Refuse(absl::StrCat("the header ", name, " is the server's"));
    }
  }
  return absl::OkStatus();
}

}  // namespace sti::http
