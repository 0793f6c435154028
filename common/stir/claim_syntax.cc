#include "common/stir/claim_syntax.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/codec/base64url.h"

namespace sti::stir {
namespace {

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

// token-nodot of RFC 4412 s3.1.
bool IsTokenWithoutDot(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return IsAlnum(c) || absl::string_view("-!%*_+`'~").find(c) != absl::string_view::npos;
  });
}

// Printable ASCII without white space and what RFC 3986 leaves out of URIs.
bool IsUriText(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7f && absl::string_view("\"<>\\^`{|}").find(c) == absl::string_view::npos;
  });
}

size_t DigestSize(absl::string_view algorithm) {
  if (algorithm == "sha256") return 32;
  if (algorithm == "sha384") return 48;
  if (algorithm == "sha512") return 64;
  return 0;
}

}  // namespace

bool IsResourcePriority(absl::string_view text) {
  const size_t dot = text.find('.');
  return dot != absl::string_view::npos && IsTokenWithoutDot(text.substr(0, dot)) &&
         IsTokenWithoutDot(text.substr(dot + 1));
}

bool IsEmergencyPriority(absl::string_view text) {
  return IsResourcePriority(text) && absl::EqualsIgnoreCase(text.substr(0, text.find('.')), "esnet");
}

bool IsHistoryIndex(absl::string_view text) {
  if (text.size() > limits::kTelephoneNumber) return false;
  for (const absl::string_view number : absl::StrSplit(text, '.')) {
    if (number.empty() || !std::all_of(number.begin(), number.end(), IsDigit)) return false;
  }
  return true;
}

bool IsHttpsUrl(absl::string_view text) {
  constexpr absl::string_view kScheme = "https://";
  if (!absl::StartsWithIgnoreCase(text, kScheme) || !IsUriText(text)) return false;
  const absl::string_view rest = text.substr(kScheme.size());
  const absl::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  // User information in a URL that is shown to people serves nobody but a phisher.
  return !authority.empty() && authority[0] != ':' && !absl::StrContains(authority, '@');
}

bool IsImageUrl(absl::string_view text) {
  if (IsHttpsUrl(text)) return true;
  constexpr absl::string_view kImage = "data:image/";
  return absl::StartsWithIgnoreCase(text, kImage) && IsUriText(text) && text.find(',') > kImage.size() &&
         text.find(',') != absl::string_view::npos;
}

bool IsJsonPointer(absl::string_view text) {
  if (!text.empty() && text[0] != '/') return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') continue;
    if (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) return false;
  }
  return true;
}

bool IsDisplayText(absl::string_view text, bool may_be_empty) {
  if (text.empty()) return may_be_empty;
  return text.size() <= limits::kDisplayText && std::none_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_iscntrl(static_cast<unsigned char>(c));
         });
}

bool IsJCard(const codec::JsonValue& value) {
  const codec::JsonArray* card = value.if_array();
  if (card == nullptr || card->size() != 2) return false;
  const std::string* kind = (*card)[0].if_string();
  const codec::JsonArray* properties = (*card)[1].if_array();
  if (kind == nullptr || *kind != "vcard" || properties == nullptr) return false;
  return std::all_of(properties->begin(), properties->end(), [](const codec::JsonValue& property) {
    const codec::JsonArray* parts = property.if_array();
    return parts != nullptr && parts->size() >= 4 && (*parts)[0].is_string() && (*parts)[1].is_object() &&
           (*parts)[2].is_string();
  });
}

std::optional<DigestText> DigestText::Parse(absl::string_view text) {
  const size_t hyphen = text.find('-');
  if (hyphen == absl::string_view::npos) return std::nullopt;
  const absl::string_view algorithm = text.substr(0, hyphen);
  if (DigestSize(algorithm) == 0) return std::nullopt;
  absl::StatusOr<std::string> octets = codec::Base64DecodeLenient(text.substr(hyphen + 1));
  if (!octets.ok() || octets->empty()) return std::nullopt;
  return DigestText{algorithm, *std::move(octets)};
}

bool DigestText::HasRightSize() const { return octets.size() == DigestSize(algorithm); }

}  // namespace sti::stir
