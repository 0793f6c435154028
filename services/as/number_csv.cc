#include "services/as/number_csv.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/csv_lines.h"
#include "services/as/number_text.h"

namespace sti::as {
namespace {

constexpr char kOwn[] = "own";
constexpr char kLetter[] = "letter";

absl::StatusOr<int64_t> ParseEnd(absl::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error) &&
      !absl::ParseTime("%Y-%m-%d", text, &time, &error)) {
    return MakeError(
        Reason::kInvalidField, "until",
        absl::StrCat("\"", text,
                     "\" is no date such as 2027-01-31, nor a time such as 2027-01-31T12:00:00Z"));
  }
  return CheckEnd(time);
}

}  // namespace

absl::StatusOr<NumberCsvLine> ParseNumberCsvLine(absl::string_view line, const stir::NumberingPlan& plan) {
  const std::vector<absl::string_view> cells = codec::CsvCells(line);
  if (cells.size() < 4 || cells.size() > 5) {
    return MakeError(Reason::kInvalidField, "", absl::StrCat("not ", kNumberCsvHeading));
  }
  NumberCsvLine parsed;
  parsed.customer = cells[0];
  STI_ASSIGN_OR_RETURN(const NumberRange range, ParseNumberRange(cells[1], cells[2], plan));
  parsed.row.first = range.first;
  parsed.row.last = range.last;
  parsed.row.letter = cells[3] == kLetter;
  if (!parsed.row.letter && cells[3] != kOwn) {
    return MakeError(Reason::kInvalidField, "right", absl::StrCat("\"", cells[3], "\" is not own or letter"));
  }
  const absl::string_view until = cells.size() == 5 ? cells[4] : absl::string_view();
  if (!until.empty()) {
    STI_ASSIGN_OR_RETURN(parsed.row.ends, ParseEnd(until));
  } else if (parsed.row.letter) {
    return MakeError(Reason::kMissingField, "until", "a letter of authorization has an end");
  }
  return parsed;
}

void AppendNumberCsv(const CustomerNumbers& numbers, std::string& text) {
  absl::StrAppend(&text, numbers.customer, ",", NumberText(numbers.first), ",");
  if (numbers.last != numbers.first) text += NumberText(numbers.last);
  absl::StrAppend(&text, ",", numbers.letter ? kLetter : kOwn, ",");
  if (numbers.until != absl::InfiniteFuture()) {
    text += absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", numbers.until, absl::UTCTimeZone());
  }
  text += '\n';
}

}  // namespace sti::as
