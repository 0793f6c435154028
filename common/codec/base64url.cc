#include "common/codec/base64url.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::codec {
namespace {

constexpr char kUrlAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char kStandardAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t kForeign = 0xff;

using DecodeTable = std::array<uint8_t, 256>;

constexpr DecodeTable MakeTable(const char* alphabet) {
  DecodeTable table{};
  for (uint8_t& entry : table) entry = kForeign;
  for (uint8_t i = 0; i < 64; ++i) table[static_cast<uint8_t>(alphabet[i])] = i;
  return table;
}

constexpr DecodeTable kUrlTable = MakeTable(kUrlAlphabet);
constexpr DecodeTable kStandardTable = MakeTable(kStandardAlphabet);

void AppendEncoded(absl::string_view octets, const char* alphabet, std::string& out) {
  const size_t start = out.size();
  out.resize(start + (octets.size() * 4 + 2) / 3);
  char* to = &out[start];
  const auto* from = reinterpret_cast<const uint8_t*>(octets.data());
  size_t left = octets.size();
  for (; left >= 3; left -= 3, from += 3) {
    const uint32_t group = uint32_t{from[0]} << 16 | uint32_t{from[1]} << 8 | from[2];
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    *to++ = alphabet[group >> 6 & 63];
    *to++ = alphabet[group & 63];
  }
  if (left == 0) return;
  const uint32_t group = uint32_t{from[0]} << 16 | (left == 2 ? uint32_t{from[1]} << 8 : 0u);
  *to++ = alphabet[group >> 18];
  *to++ = alphabet[group >> 12 & 63];
  if (left == 2) *to++ = alphabet[group >> 6 & 63];
}

absl::Status ForeignCharacter(absl::string_view text, const DecodeTable& table) {
  size_t at = 0;
  while (at < text.size() && table[static_cast<uint8_t>(text[at])] != kForeign) ++at;
  return MakeError(Reason::kMalformedBase64, absl::StrCat("foreign character at offset ", at));
}

// `text` without padding.
absl::StatusOr<std::string> DecodeUnpadded(absl::string_view text, const DecodeTable& table) {
  const size_t rest = text.size() % 4;
  if (rest == 1) return MakeError(Reason::kMalformedBase64, "the length is not possible");
  std::string octets(text.size() / 4 * 3 + (rest == 0 ? 0 : rest - 1), '\0');
  char* to = octets.data();
  const auto* from = reinterpret_cast<const uint8_t*>(text.data());
  uint32_t seen = 0;  // foreign characters set bits above the low six
  for (size_t i = 0; i < text.size() / 4; ++i, from += 4) {
    const uint32_t a = table[from[0]], b = table[from[1]], c = table[from[2]], d = table[from[3]];
    seen |= a | b | c | d;
    const uint32_t group = a << 18 | b << 12 | c << 6 | d;
    *to++ = static_cast<char>(group >> 16);
    *to++ = static_cast<char>(group >> 8);
    *to++ = static_cast<char>(group);
  }
  uint32_t trailing_bits = 0;
  if (rest != 0) {
    const uint32_t a = table[from[0]], b = table[from[1]];
    const uint32_t c = rest == 3 ? table[from[2]] : 0u;
    seen |= a | b | c;
    const uint32_t group = a << 18 | b << 12 | c << 6;
    *to++ = static_cast<char>(group >> 16);
    if (rest == 3) *to++ = static_cast<char>(group >> 8);
    trailing_bits = rest == 3 ? group & 0xff : group & 0xffff;
  }
  if (seen > 63) return ForeignCharacter(text, table);
  if (trailing_bits != 0) return MakeError(Reason::kMalformedBase64, "trailing bits are not zero");
  return octets;
}

}  // namespace

void Base64UrlEncodeTo(absl::string_view octets, std::string& out) {
  AppendEncoded(octets, kUrlAlphabet, out);
}

std::string Base64UrlEncode(absl::string_view octets) {
  std::string out;
  Base64UrlEncodeTo(octets, out);
  return out;
}

absl::StatusOr<std::string> Base64UrlDecode(absl::string_view text) {
  return DecodeUnpadded(text, kUrlTable);
}

absl::StatusOr<std::string> Base64DecodeLenient(absl::string_view text) {
  absl::string_view unpadded = text;
  while (!unpadded.empty() && unpadded.back() == '=') unpadded.remove_suffix(1);
  const size_t padding = text.size() - unpadded.size();
  if (padding != 0 && (padding > 2 || text.size() % 4 != 0)) {
    return MakeError(Reason::kMalformedBase64, "wrong padding");
  }
  const bool url = unpadded.find_first_of("-_") != absl::string_view::npos;
  return DecodeUnpadded(unpadded, url ? kUrlTable : kStandardTable);
}

std::string Base64Encode(absl::string_view octets) {
  std::string out;
  AppendEncoded(octets, kStandardAlphabet, out);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

absl::StatusOr<std::string> Base64Decode(absl::string_view text) {
  if (text.size() % 4 != 0) return MakeError(Reason::kMalformedBase64, "the length is no multiple of four");
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  return DecodeUnpadded(text, kStandardTable);
}

}  // namespace sti::codec
