#include "common/stir/identity_header.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::stir {
namespace {

absl::Status Malformed(absl::string_view what) { return MakeError(Reason::kIdentityMalformed, what); }

bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }
// Erratum 6499 of RFC 8224. A table, since the call path looks at every character of a token.
constexpr std::array<bool, 256> kDigestChars = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c) {
    table[static_cast<size_t>(c)] = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                                    (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
  }
  return table;
}();
bool IsDigestChar(char c) { return kDigestChars[static_cast<unsigned char>(c)]; }
// RFC 3261 s25.1, token.
bool IsTokenChar(char c) { return IsAlnum(c) || absl::StrContains("-.!%*_+`'~", c); }
// A generic-param may also have a host as its value.
bool IsValueChar(char c) { return IsTokenChar(c) || c == '[' || c == ']' || c == ':'; }

// Reads a header field value from left to right.
class Scanner {
 public:
  explicit Scanner(absl::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  char Peek() const { return rest_.empty() ? '\0' : rest_[0]; }

  // Linear white space, folded lines included (RFC 3261 s25.1, SWS). A line break without white space behind
  // it is left standing, and then fails: it would begin another header.
  void SkipWhiteSpace() {
    size_t i = 0;
    while (i < rest_.size()) {
      size_t next = i;
      if (rest_[next] == '\r') ++next;
      if (next < rest_.size() && rest_[next] == '\n') ++next;
      if (next >= rest_.size() || (rest_[next] != ' ' && rest_[next] != '\t')) break;
      i = next + 1;
    }
    rest_.remove_prefix(i);
  }

  bool Consume(char c) {
    if (Peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // A template argument, not a function pointer: the call must be inlined.
  template <bool (*kPredicate)(char)>
  absl::string_view TakeWhile() {
    size_t size = 0;
    while (size < rest_.size() && kPredicate(rest_[size])) ++size;
    const absl::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  // "Identity:" or "y:", in any case.
  void SkipFieldName() {
    for (const absl::string_view name : {"Identity", "y"}) {
      if (!absl::StartsWithIgnoreCase(rest_, name)) continue;
      Scanner ahead(rest_.substr(name.size()));
      ahead.SkipWhiteSpace();
      if (ahead.Consume(':')) *this = ahead;
      return;
    }
  }

  // Behind "<" up to ">". White space stays in, for the URL parser to refuse.
  absl::StatusOr<std::string> TakeBracketed() {
    const size_t close = rest_.find('>');
    if (close == absl::string_view::npos) return Malformed("info has no \">\"");
    std::string out(rest_.substr(0, close));
    if (out.find_first_of("\r\n<\"") != std::string::npos)
      return Malformed("info has a character out of place");
    rest_.remove_prefix(close + 1);
    return out;
  }

  // Behind the opening quote up to the closing one.
  absl::StatusOr<std::string> TakeQuoted() {
    std::string out;
    for (size_t i = 0; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (c == '"') {
        rest_.remove_prefix(i + 1);
        return out;
      }
      if (c == '\r' || c == '\n') break;
      if (c == '\\' && ++i == rest_.size()) break;
      out.push_back(rest_[i]);
    }
    return Malformed("a quoted value has no end");
  }

 private:
  absl::string_view rest_;
};

absl::Status SetOnce(std::optional<std::string>& target, std::string value, absl::string_view name) {
  if (target) return Malformed(absl::StrCat(name, " stands twice"));
  target = std::move(value);
  return absl::OkStatus();
}

absl::Status ParseParameter(Scanner& scanner, IdentityHeader& out) {
  scanner.SkipWhiteSpace();
  const absl::string_view name = scanner.TakeWhile<IsTokenChar>();
  if (name.empty()) return Malformed("a parameter has no name");
  scanner.SkipWhiteSpace();
  const bool is_info = absl::EqualsIgnoreCase(name, "info");
  const bool is_alg = absl::EqualsIgnoreCase(name, "alg");
  const bool is_ppt = absl::EqualsIgnoreCase(name, "ppt");
  std::string value;
  if (scanner.Consume('=')) {
    scanner.SkipWhiteSpace();
    if (is_info) {
      if (!scanner.Consume('<')) return MakeError(Reason::kInfoInvalid, "info is not in \"<>\"");
      STI_ASSIGN_OR_RETURN(value, scanner.TakeBracketed());
    } else if (scanner.Consume('"')) {
      STI_ASSIGN_OR_RETURN(value, scanner.TakeQuoted());
    } else {
      value = std::string(scanner.TakeWhile<IsValueChar>());
      if (value.empty()) return Malformed("a parameter has no value after \"=\"");
    }
  } else if (is_info) {
    return MakeError(Reason::kInfoInvalid, "info has no value");
  } else if (is_alg || is_ppt) {
    return Malformed(absl::StrCat(absl::AsciiStrToLower(name), " has no value"));
  }
  if (is_info) return SetOnce(out.info, std::move(value), "info");
  if (is_alg) return SetOnce(out.alg, std::move(value), "alg");
  if (is_ppt) return SetOnce(out.ppt, std::move(value), "ppt");
  out.other.emplace_back(std::string(name), std::move(value));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<IdentityHeader> IdentityHeader::Parse(absl::string_view value) {
  if (value.size() > limits::kIdentityHeader) {
    return MakeError(Reason::kIdentityTooLarge,
                     absl::StrCat("more than ", limits::kIdentityHeader, " octets"));
  }
  Scanner scanner(absl::StripTrailingAsciiWhitespace(value));
  scanner.SkipWhiteSpace();
  scanner.SkipFieldName();
  scanner.SkipWhiteSpace();
  IdentityHeader out;
  out.token = std::string(scanner.TakeWhile<IsDigestChar>());
  if (out.token.empty()) return Malformed("no PASSporT");
  scanner.SkipWhiteSpace();
  while (scanner.Consume(';')) {
    STI_RETURN_IF_ERROR(ParseParameter(scanner, out));
    scanner.SkipWhiteSpace();
  }
  if (!scanner.AtEnd()) {
    return Malformed(scanner.Peek() == ',' ? "several headers in one value"
                                           : "a character out of place, or white space inside the PASSporT");
  }
  return out;
}

std::vector<std::string> SplitIdentityValues(absl::string_view joined) {
  std::vector<std::string> out;
  bool quoted = false;
  bool bracketed = false;
  size_t begin = 0;
  const auto add = [&](size_t end) {
    const absl::string_view one = absl::StripAsciiWhitespace(joined.substr(begin, end - begin));
    if (!one.empty()) out.emplace_back(one);
    begin = end + 1;
  };
  for (size_t i = 0; i < joined.size(); ++i) {
    const char c = joined[i];
    if (quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = false;
      }
    } else if (bracketed) {
      bracketed = c != '>';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '<') {
      bracketed = true;
    } else if (c == ',') {
      add(i);
    }
  }
  add(joined.size());
  return out;
}

std::string FormatIdentityHeader(absl::string_view token, absl::string_view x5u, absl::string_view ppt) {
  std::string out = absl::StrCat(token, ";info=<", x5u, ">;alg=ES256");
  if (!ppt.empty()) absl::StrAppend(&out, ";ppt=", ppt);
  return out;
}

}  // namespace sti::stir
