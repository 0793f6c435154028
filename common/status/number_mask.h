// Telephone numbers in texts for people, where the configuration wants them masked (log.mask_numbers).
#ifndef COMMON_STATUS_NUMBER_MASK_H_
#define COMMON_STATUS_NUMBER_MASK_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sti::status {

// Every run of five digits or more shows its last four only; visual separators (RFC 3966 s5.1.1: - . ( ) and
// spaces between digits) do not end a run. Times, serial numbers and the like are masked as well: only for texts
// that may hold numbers.
std::string MaskNumbers(absl::string_view text);

}  // namespace sti::status

#endif  // COMMON_STATUS_NUMBER_MASK_H_
