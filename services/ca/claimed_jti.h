// The jti that an SPC token claims, for the audit of tokens that are refused.
#ifndef SERVICES_CA_CLAIMED_JTI_H_
#define SERVICES_CA_CLAIMED_JTI_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sti::ca {

inline constexpr size_t kMaxClaimedJti = 256;

// Nothing is verified, and whoever sent it chose it: so other octets than printable ASCII are escaped as in
// C, and the result is cut off at kMaxClaimedJti. Empty when there is none that can be read.
std::string ClaimedJti(absl::string_view token);

}  // namespace sti::ca

#endif  // SERVICES_CA_CLAIMED_JTI_H_
