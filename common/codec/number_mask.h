// Telephone numbers in log lines and on status pages, hidden but for their last four digits (log.mask_numbers).
#ifndef COMMON_CODEC_NUMBER_MASK_H_
#define COMMON_CODEC_NUMBER_MASK_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sti::codec {

// What is known to be a number: each digit but the last four becomes "*".
std::string MaskNumber(absl::string_view number);

// Text that may hold numbers: so does each row of seven digits or more, also with "-", ".", "(", ")" and
// spaces between (RFC 3966 s5.1.1). Left alone are dates, IPv4 addresses, and long ids of letters and digits
// (hexadecimal of 16 characters, others of 22). What is doubtful is masked.
std::string MaskNumbersIn(absl::string_view text);

}  // namespace sti::codec

#endif  // COMMON_CODEC_NUMBER_MASK_H_
