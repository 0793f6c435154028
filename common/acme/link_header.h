// The Link header (RFC 8288 s3), as far as ACME servers use it.
#ifndef COMMON_ACME_LINK_HEADER_H_
#define COMMON_ACME_LINK_HEADER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sti::acme {

// The https targets with this relation, of all Link fields of an answer, in their order. What cannot be read
// is passed over: links are hints.
std::vector<std::string> LinksWith(const std::vector<std::string>& fields, absl::string_view relation);

}  // namespace sti::acme

#endif  // COMMON_ACME_LINK_HEADER_H_
