// The Retry-After header (RFC 9110 s10.2.3).
#ifndef COMMON_ACME_RETRY_AFTER_HEADER_H_
#define COMMON_ACME_RETRY_AFTER_HEADER_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sti::acme {

// Seconds or an HTTP date, as a time to wait from `now` on: not below zero, a week at most. None for other
// text.
std::optional<absl::Duration> ParseRetryAfter(absl::string_view text, absl::Time now);

}  // namespace sti::acme

#endif  // COMMON_ACME_RETRY_AFTER_HEADER_H_
