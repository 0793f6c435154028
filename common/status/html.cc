#include "common/status/html.h"

#include <cstdint>

namespace sti::status {
namespace {

constexpr char kReplacement[] = "\xef\xbf\xbd";  // U+FFFD

// The octets of one UTF-8 sequence (RFC 3629 s4) at the beginning of `text`, and what it means; 0 for none.
size_t DecodeOne(absl::string_view text, uint32_t& code) {
  const auto octet = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = octet(0);
  if (first < 0x80) {
    code = first;
    return 1;
  }
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  code = first & (0xff >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((octet(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (octet(i) & 0x3f);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return overlong || surrogate || code > 0x10ffff ? 0 : size;
}

bool MayBeShown(uint32_t code) {
  if (code == '\t' || code == '\n') return true;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
  const bool turns_direction = code == 0x061c || code == 0x200e || code == 0x200f ||
                               (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  const bool noncharacter = (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
  return !turns_direction && !noncharacter;
}

void AppendEscaped(absl::string_view text, std::string& out) {
  while (!text.empty()) {
    uint32_t code = 0;
    const size_t size = DecodeOne(text, code);
    if (size == 0 || !MayBeShown(code)) {
      out += kReplacement;
    } else if (code == '&') {
      out += "&amp;";
    } else if (code == '<') {
      out += "&lt;";
    } else if (code == '>') {
      out += "&gt;";
    } else if (code == '"') {
      out += "&quot;";
    } else if (code == '\'') {
      out += "&#39;";
    } else {
      out.append(text.data(), size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
}

void AppendTag(const char* tag, std::initializer_list<Attribute> attributes, std::string& out) {
  out += '<';
  out += tag;
  for (const Attribute& attribute : attributes) {
    out += ' ';
    out += attribute.name;
    out += "=\"";
    AppendEscaped(attribute.value, out);
    out += '"';
  }
  out += '>';
}

}  // namespace

Html Html::Text(absl::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  AppendEscaped(text, escaped);
  return Html(std::move(escaped));
}

Html Element(const char* tag, std::initializer_list<Attribute> attributes, const Html& content) {
  std::string markup;
  AppendTag(tag, attributes, markup);
  markup += content.markup();
  markup += "</";
  markup += tag;
  markup += '>';
  return Html(std::move(markup));
}

Html Element(const char* tag, const Html& content) { return Element(tag, {}, content); }

Html Void(const char* tag, std::initializer_list<Attribute> attributes) {
  std::string markup;
  AppendTag(tag, attributes, markup);
  return Html(std::move(markup));
}

}  // namespace sti::status
