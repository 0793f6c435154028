#include "common/stir/sip_uri.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::stir {
namespace {

absl::Status Refuse(absl::string_view what) { return MakeError(Reason::kInvalidField, what); }

bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }
// RFC 3986 s2.3.
bool IsUnreserved(char c) { return IsAlnum(c) || c == '-' || c == '.' || c == '_' || c == '~'; }

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

template <typename Keep>
absl::StatusOr<std::string> PercentDecode(absl::string_view text, Keep keep_encoded) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexValue(text[i + 2]) : -1;
    if (high < 0 || low < 0) return Refuse("broken percent-encoding");
    const char octet = static_cast<char>(high * 16 + low);
    if (keep_encoded(octet)) {
      out.append(text.data() + i, 3);
    } else {
      out.push_back(octet);
    }
    i += 2;
  }
  return out;
}

// Host names as RFC 3261 has them and, as private networks do, with "_".
bool IsHost(absl::string_view host) {
  if (host.empty()) return false;
  if (host[0] == '[') {
    return host.size() > 2 && host.back() == ']' &&
           host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdefABCDEF:.") ==
               absl::string_view::npos;
  }
  return std::all_of(host.begin(), host.end(),
                     [](char c) { return IsAlnum(c) || c == '-' || c == '.' || c == '_'; });
}

bool IsPort(absl::string_view port) {
  return !port.empty() && port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Printable ASCII without white space and the delimiters of name-addr: a URI escapes everything else.
bool IsUriText(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7f && c != '<' && c != '>' && c != '"'; });
}

}  // namespace

absl::StatusOr<SipUri> SipUri::Split(absl::string_view uri) {
  SipUri out;
  if (!IsUriText(uri)) return Refuse("a character that a URI may not have");
  if (absl::StartsWithIgnoreCase(uri, "sips:")) {
    out.secure = true;
    uri.remove_prefix(5);
  } else if (absl::StartsWithIgnoreCase(uri, "sip:")) {
    uri.remove_prefix(4);
  } else {
    return Refuse("not a sip or sips URI");
  }
  const size_t at = uri.find('@');
  if (at != absl::string_view::npos) {
    if (uri.find('@', at + 1) != absl::string_view::npos) return Refuse("more than one \"@\"");
    const absl::string_view user_info = uri.substr(0, at);
    // A colon is no character of a user name, but phone-context and the like do not need one either: a
    // password follows.
    out.user = user_info.substr(0, user_info.find(':'));
    if (out.user.empty() || out.user[0] == ';') return Refuse("no user before \"@\"");
    uri.remove_prefix(at + 1);
  }
  const absl::string_view without_headers = uri.substr(0, uri.find('?'));
  const size_t semicolon = without_headers.find(';');
  const absl::string_view host_port = without_headers.substr(0, semicolon);
  if (semicolon != absl::string_view::npos) out.parameters = without_headers.substr(semicolon);
  const size_t bracket = absl::StartsWith(host_port, "[") ? host_port.find(']') : 0;
  if (bracket == absl::string_view::npos) return Refuse("\"[\" without \"]\"");
  const size_t colon = host_port.find(':', bracket);
  out.host = host_port.substr(0, colon);
  if (!IsHost(out.host)) return Refuse("the host is not valid");
  if (colon != absl::string_view::npos && !IsPort(host_port.substr(colon + 1))) {
    return Refuse("the port is not valid");
  }
  return out;
}

absl::StatusOr<CanonicalUri> SipUri::Canonical() const {
  CanonicalUri out{secure ? "sips:" : "sip:"};
  if (!user.empty()) {
    STI_ASSIGN_OR_RETURN(
        const std::string name,
        PercentDecode(user.substr(0, user.find(';')), [](char octet) { return !IsUnreserved(octet); }));
    absl::StrAppend(&out.text, name, "@");
  }
  absl::StrAppend(&out.text, host);
  absl::AsciiStrToLower(&out.text);
  return out;
}

absl::StatusOr<CanonicalUri> CanonicalServiceUrn(absl::string_view urn) {
  constexpr absl::string_view kPrefix = "urn:service:";
  const absl::string_view labels = absl::StartsWithIgnoreCase(urn, kPrefix) ? urn.substr(kPrefix.size()) : "";
  const bool valid = !labels.empty() && std::all_of(labels.begin(), labels.end(), [](char c) {
    return IsAlnum(c) || c == '-' || c == '.';
  });
  if (!valid) return Refuse("not a service URN");
  return CanonicalUri{absl::AsciiStrToLower(urn)};
}

std::optional<absl::string_view> FindParameter(absl::string_view parameters, absl::string_view name) {
  while (!parameters.empty()) {
    parameters.remove_prefix(1);  // ";"
    const size_t end = parameters.find(';');
    const absl::string_view one = parameters.substr(0, end);
    const size_t equal = one.find('=');
    if (absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(one.substr(0, equal)), name)) {
      return equal == absl::string_view::npos ? absl::string_view()
                                              : absl::StripAsciiWhitespace(one.substr(equal + 1));
    }
    parameters = end == absl::string_view::npos ? absl::string_view() : parameters.substr(end);
  }
  return std::nullopt;
}

absl::StatusOr<std::string> PercentDecodeAll(absl::string_view text) {
  return PercentDecode(text, [](char) { return false; });
}

}  // namespace sti::stir
