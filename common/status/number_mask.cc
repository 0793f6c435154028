#include "common/status/number_mask.h"

#include <cstddef>

#include "absl/strings/ascii.h"

namespace sti::status {
namespace {

constexpr size_t kShown = 4;

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsSeparator(char c) { return c == '-' || c == '.' || c == '(' || c == ')' || c == ' '; }

// Where the run of digits that begins at `begin` ends: after its last digit. A second separator in a row is the
// end, but for the ") " of "(215) 555".
size_t EndOfRun(absl::string_view text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && IsDigit(text[end])) {
    size_t next = end + 1;
    while (next < text.size() && next < end + 3 && IsSeparator(text[next])) ++next;
    if (next == text.size() || !IsDigit(text[next])) return end + 1;
    end = next;
  }
  return end;
}

}  // namespace

std::string MaskNumbers(absl::string_view text) {
  std::string out(text);
  for (size_t begin = 0; begin < out.size();) {
    if (!IsDigit(out[begin])) {
      ++begin;
      continue;
    }
    const size_t end = EndOfRun(out, begin);
    size_t digits = 0;
    for (size_t i = begin; i < end; ++i) digits += IsDigit(out[i]) ? 1 : 0;
    for (size_t i = begin; i < end && digits > kShown; ++i) {
      if (!IsDigit(out[i])) continue;
      out[i] = '*';
      --digits;
    }
    begin = end;
  }
  return out;
}

}  // namespace sti::status
