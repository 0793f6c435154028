// Request ids: what ties together, in audit and log, whatever one request did.
#ifndef COMMON_ADMIN_REQUEST_ID_H_
#define COMMON_ADMIN_REQUEST_ID_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/base/random.h"

namespace sti::admin {

// `given` (X-Request-ID) if it is 1 to 64 printable ASCII characters without spaces; else a new UUID.
std::string RequestId(absl::string_view given, const Random& random);

}  // namespace sti::admin

#endif  // COMMON_ADMIN_REQUEST_ID_H_
