// The log line of a call: that it got no verdict, or, at level debug, which.
#ifndef SERVICES_VS_REFUSAL_LOG_H_
#define SERVICES_VS_REFUSAL_LOG_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"

namespace sti::vs {

// `request_id`: the caller's, may be empty. Thread-safe.
void LogNotJudged(absl::string_view client, absl::string_view request_id, const absl::Status& why);

// With level debug, a request id can be followed through calls that go well, too. `reason`: of the verdict.
void LogJudged(absl::string_view client, absl::string_view request_id, Reason reason);

}  // namespace sti::vs

#endif  // SERVICES_VS_REFUSAL_LOG_H_
