// The display name of a SIP name-addr (RFC 3261 s25.1).
#ifndef COMMON_STIR_DISPLAY_NAME_H_
#define COMMON_STIR_DISPLAY_NAME_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace sti::stir {

// Of a From or P-Asserted-Identity value: a quoted string, whose escapes are taken off, or tokens. Nullopt
// where there is none.
std::optional<std::string> DisplayNameOf(absl::string_view value);

}  // namespace sti::stir

#endif  // COMMON_STIR_DISPLAY_NAME_H_
