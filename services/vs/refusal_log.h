// The log line of a call that gets no verdict.
#ifndef SERVICES_VS_REFUSAL_LOG_H_
#define SERVICES_VS_REFUSAL_LOG_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sti::vs {

// `request_id`: the caller's, may be empty. Thread-safe.
void LogNotJudged(absl::string_view client, absl::string_view request_id, const absl::Status& why);

}  // namespace sti::vs

#endif  // SERVICES_VS_REFUSAL_LOG_H_
