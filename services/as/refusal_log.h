// The log line of a call that is not signed.
#ifndef SERVICES_AS_REFUSAL_LOG_H_
#define SERVICES_AS_REFUSAL_LOG_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sti::as {

// `request_id`: the caller's, may be empty. Thread-safe.
void LogNotSigned(absl::string_view client, absl::string_view request_id, const absl::Status& why);

}  // namespace sti::as

#endif  // SERVICES_AS_REFUSAL_LOG_H_
