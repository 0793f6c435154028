// Files of number assignments: "spc,start,count", one range a line.
#ifndef SERVICES_STICTL_NUMBER_CSV_H_
#define SERVICES_STICTL_NUMBER_CSV_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::stictl {

struct NumberLine {
  int line = 0;  // of the file, from 1
  std::string spc, start;
  uint64_t count = 1;
};

// Empty lines, lines that begin with "#" and a heading "spc,start,count" are passed over; blanks around
// values and CR LF are fine; a missing count is 1. What only sti-pa can judge is left to it. kInvalidField
// naming every bad line (the first 20), kMissingField for a file without any range, kTooLarge beyond
// limits::kNumberListRanges.
absl::StatusOr<std::vector<NumberLine>> ParseNumberCsv(absl::string_view text);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_NUMBER_CSV_H_
