#include "common/codec/number_mask.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace sti::codec {
namespace {

constexpr size_t kShown = 4;     // digits
constexpr size_t kShortest = 7;  // digits of a number in text
constexpr size_t kHexId = 16;    // characters
constexpr size_t kOtherId = 22;
constexpr size_t kSeparators = 2;  // as in ") "

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsWord(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }
bool IsSeparator(char c) { return c == '-' || c == '.' || c == ' ' || c == '(' || c == ')'; }

// Serial numbers, fingerprints, UUIDs, names of files.
bool IsId(absl::string_view word) {
  const auto any = [&](auto test) { return std::any_of(word.begin(), word.end(), test); };
  if (!any([](char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); })) return false;
  const bool hex =
      !any([](char c) { return !absl::ascii_isxdigit(static_cast<unsigned char>(c)) && c != '-'; });
  return word.size() >= (hex ? kHexId : kOtherId);
}

bool IsDate(absl::string_view text) {
  return text.size() >= 10 && text[4] == '-' && text[7] == '-' && (text.size() == 10 || text[10] == ' ') &&
         std::count_if(text.begin(), text.begin() + 10, IsDigit) == 8;
}

bool IsIpv4(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](absl::string_view part) {
           return !part.empty() && part.size() <= 3 && std::all_of(part.begin(), part.end(), IsDigit);
         });
}

// The digits from the first character on, with what stands between them.
absl::string_view RowOfDigits(absl::string_view text) {
  size_t end = 0;
  for (size_t i = 0; i < text.size() && i <= end + kSeparators; ++i) {
    if (IsDigit(text[i])) {
      end = i + 1;
    } else if (!IsSeparator(text[i])) {
      break;
    }
  }
  return text.substr(0, end);
}

absl::string_view WordAt(absl::string_view text, size_t at) {
  size_t begin = at, end = at;
  while (begin > 0 && IsWord(text[begin - 1])) --begin;
  while (end < text.size() && IsWord(text[end])) ++end;
  return text.substr(begin, end - begin);
}

}  // namespace

std::string MaskNumber(absl::string_view number) {
  std::string masked(number);
  auto left = static_cast<size_t>(std::count_if(masked.begin(), masked.end(), IsDigit));
  for (char& c : masked) {
    if (IsDigit(c) && left-- > kShown) c = '*';
  }
  return masked;
}

std::string MaskNumbersIn(absl::string_view text) {
  std::string masked;
  masked.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    if (!IsDigit(text[i])) {
      masked += text[i++];
      continue;
    }
    const absl::string_view word = WordAt(text, i);
    if (IsId(word)) {
      const auto rest = static_cast<size_t>(word.data() + word.size() - (text.data() + i));
      masked.append(text.data() + i, rest);
      i += rest;
      continue;
    }
    const absl::string_view row = RowOfDigits(text.substr(i));
    const auto digits = static_cast<size_t>(std::count_if(row.begin(), row.end(), IsDigit));
    if (IsDate(row)) {
      masked.append(row.data(), 10);
      i += 10;
    } else {
      masked += digits < kShortest || IsIpv4(row) ? std::string(row) : MaskNumber(row);
      i += row.size();
    }
  }
  return masked;
}

}  // namespace sti::codec
