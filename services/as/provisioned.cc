#include "services/as/provisioned.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace sti::as {
namespace {

constexpr size_t kMaxDigits = 15;
constexpr NumberValue kLeadingZero = 1'000'000'000'000'000;  // 10^15, times the length

}  // namespace

std::optional<NumberValue> NumberValueOf(absl::string_view digits) {
  if (digits.empty() || digits.size() > kMaxDigits) return std::nullopt;
  NumberValue value = 0;
  for (const char c : digits) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
    value = value * 10 + static_cast<NumberValue>(c - '0');
  }
  return digits[0] == '0' ? value + kLeadingZero * digits.size() : value;
}

std::string NumberDigits(NumberValue number) {
  if (number < kLeadingZero) return absl::StrCat(number);
  const size_t length = number / kLeadingZero;
  const std::string digits = absl::StrCat(number % kLeadingZero);
  return absl::StrCat(std::string(length - std::min(length, digits.size()), '0'), digits);
}

}  // namespace sti::as
