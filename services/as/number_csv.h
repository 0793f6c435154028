// Files of customers' numbers: "customer,first,last,right,until", one range a line.
#ifndef SERVICES_AS_NUMBER_CSV_H_
#define SERVICES_AS_NUMBER_CSV_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/stir/telephone_number.h"
#include "services/as/number_row.h"
#include "services/as/provisioned.h"

namespace sti::as {

inline constexpr char kNumberCsvHeading[] = "customer,first,last,right,until";

struct NumberCsvLine {
  absl::string_view customer;  // not checked
  NumberRow row;               // without customer and place
};

// One line (codec::CsvLines). `last` may be empty; `right` is "own" or "letter"; `until` is a date (UTC) or
// an RFC 3339 time, mandatory for letters, else it may be empty or left out with its comma. Errors name the
// column: kMissingField, kInvalidField, kTelephoneNumberInvalid.
absl::StatusOr<NumberCsvLine> ParseNumberCsvLine(absl::string_view line, const stir::NumberingPlan& plan);

// Appends the line, with LF.
void AppendNumberCsv(const CustomerNumbers& numbers, std::string& text);

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_CSV_H_
