#include "services/as/number_text.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::as {
namespace {

constexpr int64_t kFirstSecondOf10000 = 253402300800;

}  // namespace

absl::StatusOr<NumberValue> ParseNumber(absl::string_view field, absl::string_view text,
                                        const stir::NumberingPlan& plan) {
  if (text.empty()) return MakeError(Reason::kMissingField, field, "a telephone number is needed");
  const auto number = stir::TelephoneNumber::Canonicalize(text, plan);
  if (!number.ok()) return MakeError(ReasonOf(number.status()), field, number.status().message());
  const std::string& digits = number->digits();
  const std::optional<NumberValue> value = digits[0] == '0' ? std::nullopt : NumberValueOf(digits);
  if (value) return *value;
  return MakeError(Reason::kTelephoneNumberInvalid, field,
                   absl::StrCat("\"", digits, "\" is not 1 to 15 digits that begin with no 0"));
}

absl::StatusOr<NumberRange> ParseNumberRange(absl::string_view first, absl::string_view last,
                                             const stir::NumberingPlan& plan) {
  NumberRange range;
  STI_ASSIGN_OR_RETURN(range.first, ParseNumber("first", first, plan));
  range.last = range.first;
  if (last.empty()) return range;
  STI_ASSIGN_OR_RETURN(range.last, ParseNumber("last", last, plan));
  if (range.last < range.first) return MakeError(Reason::kInvalidField, "last", "before the first number");
  if (absl::StrCat(range.first).size() == absl::StrCat(range.last).size()) return range;
  return MakeError(Reason::kInvalidField, "last", "not as many digits as the first number");
}

std::string NumberText(NumberValue number) { return absl::StrCat("+", number); }

absl::StatusOr<int64_t> CheckEnd(absl::Time until) {
  const int64_t seconds = absl::ToUnixSeconds(until);
  if (seconds > 0 && seconds < kFirstSecondOf10000) return seconds;
  return MakeError(Reason::kInvalidField, "until", "not a time from 1970 to 9999");
}

}  // namespace sti::as
