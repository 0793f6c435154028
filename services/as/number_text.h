// Numbers of the provisioning between text and integer.
#ifndef SERVICES_AS_NUMBER_TEXT_H_
#define SERVICES_AS_NUMBER_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/stir/telephone_number.h"
#include "services/as/provisioned.h"

namespace sti::as {

// Any common notation. kMissingField, kTelephoneNumberInvalid with `field`: also for what is not 1 to 15
// digits that begin with no 0, such as "*67".
absl::StatusOr<NumberValue> ParseNumber(absl::string_view field, absl::string_view text,
                                        const stir::NumberingPlan& plan);

struct NumberRange {
  NumberValue first = 0, last = 0;
};
// Fields "first" and "last"; an empty `last` is a range of one. kInvalidField (last): of another length, or
// before the first one.
absl::StatusOr<NumberRange> ParseNumberRange(absl::string_view first, absl::string_view last,
                                             const stir::NumberingPlan& plan);

// "+12155550121": what any numbering plan reads as this number.
std::string NumberText(NumberValue number);

// The end of a right, to whole seconds: kInvalidField (until) unless after 1970 and before the year 10000.
absl::StatusOr<int64_t> CheckEnd(absl::Time until);

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_TEXT_H_
