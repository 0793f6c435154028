#include "common/acme/retry_after_header.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace sti::acme {
namespace {

constexpr absl::Duration kLongest = absl::Hours(7 * 24);

bool IsDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

}  // namespace

std::optional<absl::Duration> ParseRetryAfter(absl::string_view text, absl::Time now) {
  text = absl::StripAsciiWhitespace(text);
  if (IsDigits(text)) {
    int64_t seconds = 0;
    // Digits that fit no integer are a long time, too.
    if (text.size() > 9 || !absl::SimpleAtoi(text, &seconds)) return kLongest;
    return std::min(absl::Seconds(seconds), kLongest);
  }
  absl::Time date;
  std::string error;
  if (!absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", text, &date, &error) || date == absl::InfiniteFuture() ||
      date == absl::InfinitePast()) {
    return std::nullopt;
  }
  return std::clamp(date - now, absl::ZeroDuration(), kLongest);
}

}  // namespace sti::acme
