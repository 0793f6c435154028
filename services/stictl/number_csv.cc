#include "services/stictl/number_csv.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/reason.h"

namespace sti::stictl {
namespace {

constexpr size_t kShownErrors = 20;

bool AllDigits(absl::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == absl::string_view::npos;
}

// What is wrong; empty when `out` has been filled.
std::string ParseLine(absl::string_view text, NumberLine& out) {
  std::vector<absl::string_view> cells = absl::StrSplit(text, ',');
  for (absl::string_view& cell : cells) cell = absl::StripAsciiWhitespace(cell);
  if (cells.size() < 2 || cells.size() > 3) return "not spc,start,count";
  if (cells[0].empty()) return "no SPC";
  if (!AllDigits(cells[1])) return absl::StrCat("\"", cells[1], "\" is not a number of digits only");
  if (cells.size() == 3 && (!AllDigits(cells[2]) || !absl::SimpleAtoi(cells[2], &out.count)))
    return absl::StrCat("\"", cells[2], "\" is not a count");
  out.spc = std::string(cells[0]);
  out.start = std::string(cells[1]);
  return "";
}

bool IsPassedOver(absl::string_view line) {
  return line.empty() || line.front() == '#' || absl::EqualsIgnoreCase(line, "spc,start,count");
}

}  // namespace

absl::StatusOr<std::vector<NumberLine>> ParseNumberCsv(absl::string_view text) {
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");  // spreadsheets write a byte order mark
  std::vector<NumberLine> lines;
  std::vector<std::string> errors;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (IsPassedOver(line)) continue;
    NumberLine parsed;
    parsed.line = number;
    const std::string wrong = ParseLine(line, parsed);
    if (!wrong.empty()) {
      errors.push_back(absl::StrCat("line ", number, ": ", wrong));
      if (errors.size() == kShownErrors) break;
      continue;
    }
    lines.push_back(std::move(parsed));
  }
  if (!errors.empty()) return MakeError(Reason::kInvalidField, "FILE", absl::StrJoin(errors, "; "));
  if (lines.empty()) return MakeError(Reason::kMissingField, "FILE", "no range in it");
  if (lines.size() > limits::kNumberListRanges)
    return MakeError(Reason::kTooLarge, "FILE",
                     absl::StrCat("more than ", limits::kNumberListRanges, " ranges"));
  return lines;
}

}  // namespace sti::stictl
