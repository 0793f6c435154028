#include "common/codec/url.h"

#include <arpa/inet.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::codec {
namespace {

constexpr absl::string_view kScheme = "https://";
constexpr size_t kHostMax = 253;  // RFC 1035 s2.3.4, as text without the final dot
constexpr size_t kLabelMax = 63;

absl::Status Refuse(absl::string_view what) { return MakeError(Reason::kInvalidField, "url", what); }

bool IsDigits(absl::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == absl::string_view::npos;
}

bool IsDnsLabel(absl::string_view label) {
  if (label.empty() || label.size() > kLabelMax || label.front() == '-' || label.back() == '-') return false;
  for (const char c : label) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-') return false;
  }
  return true;
}

// "0x7f.1", "127.1" and "2130706433" are addresses to some resolvers: where the last label looks like a
// number, the host must be a dotted quad.
bool LooksNumeric(absl::string_view last_label) {
  return IsDigits(last_label) || absl::StartsWithIgnoreCase(last_label, "0x");
}

absl::Status CheckName(const std::string& host) {
  if (host.empty()) return Refuse("no host");
  if (host.size() > kHostMax) return Refuse("host name too long");
  const std::vector<absl::string_view> labels = absl::StrSplit(host, '.');
  for (const absl::string_view label : labels) {
    if (!IsDnsLabel(label)) return Refuse("host is neither a DNS name nor an address");
  }
  in_addr address;
  if (LooksNumeric(labels.back()) && inet_pton(AF_INET, host.c_str(), &address) != 1) {
    return Refuse("host is a malformed IPv4 address");
  }
  return absl::OkStatus();
}

// Takes "[address]" off the front of `authority`.
absl::StatusOr<std::string> TakeIpv6(absl::string_view& authority) {
  const size_t close = authority.find(']');
  if (close == absl::string_view::npos) return Refuse("IPv6 address without closing bracket");
  std::string host(authority.substr(1, close - 1));
  in6_addr address;
  // Refuses zone identifiers as well: they mean nothing outside of one machine.
  if (inet_pton(AF_INET6, host.c_str(), &address) != 1) return Refuse("host is a malformed IPv6 address");
  authority.remove_prefix(close + 1);
  return host;
}

absl::StatusOr<uint16_t> ParsePort(absl::string_view text) {
  uint32_t port = 0;
  if (!IsDigits(text) || text.size() > 5 || text.front() == '0' || !absl::SimpleAtoi(text, &port) ||
      port > 65535) {
    return Refuse("port is not a number from 1 to 65535");
  }
  return static_cast<uint16_t>(port);
}

// RFC 3986 s3.3.
absl::Status CheckPath(absl::string_view path) {
  for (size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("/-._~!$&'()*+,;=:@", c))
      continue;
    if (c != '%') return Refuse("path has a character that a URL may not have");
    if (i + 2 >= path.size() || !absl::ascii_isxdigit(static_cast<unsigned char>(path[i + 1])) ||
        !absl::ascii_isxdigit(static_cast<unsigned char>(path[i + 2]))) {
      return Refuse("path has \"%\" without two hexadecimal digits");
    }
    i += 2;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Url> Url::Parse(absl::string_view text) {
  if (text.size() > limits::kUrl) {
    return MakeError(Reason::kTooLarge, "url", absl::StrCat("longer than ", limits::kUrl, " octets"));
  }
  for (const char c : text) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c)))
      return Refuse("white space, control or non-ASCII character");
  }
  if (!absl::StartsWithIgnoreCase(text, kScheme)) return Refuse("scheme is not https");
  if (absl::StrContains(text, '?')) return Refuse("a query is not allowed");
  if (absl::StrContains(text, '#')) return Refuse("a fragment is not allowed");

  absl::string_view authority = text.substr(kScheme.size());
  const size_t slash = authority.find('/');
  const absl::string_view path = slash == absl::string_view::npos ? "/" : authority.substr(slash);
  authority = authority.substr(0, slash);
  if (absl::StrContains(authority, '@')) return Refuse("user information is not allowed");

  Url url;
  url.text_ = std::string(text);
  if (absl::StartsWith(authority, "[")) {
    STI_ASSIGN_OR_RETURN(url.host_, TakeIpv6(authority));
  } else {
    url.host_ = std::string(authority.substr(0, authority.find(':')));
    STI_RETURN_IF_ERROR(CheckName(url.host_));
    authority.remove_prefix(url.host_.size());
  }
  absl::AsciiStrToLower(&url.host_);
  if (absl::ConsumePrefix(&authority, ":")) {
    STI_ASSIGN_OR_RETURN(url.port_, ParsePort(authority));
  } else if (!authority.empty()) {
    return Refuse("text after the host");
  }
  STI_RETURN_IF_ERROR(CheckPath(path));
  url.path_ = std::string(path);
  return url;
}

}  // namespace sti::codec
