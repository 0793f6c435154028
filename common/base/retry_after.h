// When a caller that was refused for now may try again, carried by a status beside its Reason.
#ifndef COMMON_BASE_RETRY_AFTER_H_
#define COMMON_BASE_RETRY_AFTER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace sti {

inline constexpr char kRetryAfterPayload[] = "type.sti/retry_after_ms";

// The same error with a hint of whole milliseconds, rounded up, at least one. Not for OK.
inline absl::Status WithRetryAfter(absl::Status status, absl::Duration wait) {
  const int64_t ms = absl::ToInt64Milliseconds(absl::Ceil(wait, absl::Milliseconds(1)));
  status.SetPayload(kRetryAfterPayload, absl::Cord(absl::StrCat(ms < 1 ? 1 : ms)));
  return status;
}

// nullopt when the status has no hint.
inline std::optional<absl::Duration> RetryAfterOf(const absl::Status& status) {
  const auto text = status.GetPayload(kRetryAfterPayload);
  int64_t ms = 0;
  if (!text || !absl::SimpleAtoi(std::string(*text), &ms)) return std::nullopt;
  return absl::Milliseconds(ms);
}

}  // namespace sti

#endif  // COMMON_BASE_RETRY_AFTER_H_
