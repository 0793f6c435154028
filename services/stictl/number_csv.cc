#include "services/stictl/number_csv.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/csv_lines.h"

namespace sti::stictl {
namespace {

constexpr size_t kShownErrors = 20;
constexpr size_t kMaxLine = 1024;

bool AllDigits(absl::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == absl::string_view::npos;
}

// What is wrong; empty when `out` has been filled.
std::string ParseLine(absl::string_view text, NumberLine& out) {
  const std::vector<absl::string_view> cells = codec::CsvCells(text);
  if (cells.size() < 2 || cells.size() > 3) return "not spc,start,count";
  if (cells[0].empty()) return "no SPC";
  if (!AllDigits(cells[1])) return absl::StrCat("\"", cells[1], "\" is not a number of digits only");
  if (cells.size() == 3 && (!AllDigits(cells[2]) || !absl::SimpleAtoi(cells[2], &out.count)))
    return absl::StrCat("\"", cells[2], "\" is not a count");
  out.spc = std::string(cells[0]);
  out.start = std::string(cells[1]);
  return "";
}

}  // namespace

absl::StatusOr<std::vector<NumberLine>> ParseNumberCsv(absl::string_view text) {
  std::vector<NumberLine> lines;
  std::vector<std::string> errors;
  codec::CsvLines reader("spc,start,count", kMaxLine, [&](const codec::CsvLine& line) {
    if (errors.size() == kShownErrors) return;
    NumberLine parsed;
    parsed.line = static_cast<int>(line.number);
    const std::string wrong = line.too_long ? "too long" : ParseLine(line.text, parsed);
    if (wrong.empty()) {
      lines.push_back(std::move(parsed));
    } else {
      errors.push_back(absl::StrCat("line ", line.number, ": ", wrong));
    }
  });
  reader.Feed(text);
  reader.Finish();
  if (!errors.empty()) return MakeError(Reason::kInvalidField, "FILE", absl::StrJoin(errors, "; "));
  if (lines.empty()) return MakeError(Reason::kMissingField, "FILE", "no range in it");
  if (lines.size() > limits::kNumberListRanges)
    return MakeError(Reason::kTooLarge, "FILE",
                     absl::StrCat("more than ", limits::kNumberListRanges, " ranges"));
  return lines;
}

}  // namespace sti::stictl
