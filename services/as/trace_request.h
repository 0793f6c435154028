// TraceCalls of sti.v1.SigningAdmin between proto and the files of records.
#ifndef SERVICES_AS_TRACE_REQUEST_H_
#define SERVICES_AS_TRACE_REQUEST_H_

#include <set>
#include <string>

#include "absl/status/status.h"
#include "common/stir/telephone_number.h"
#include "proto/sti/v1/signing_admin.pb.h"

namespace sti::as {

// Looks in the records in `folder` for calls of `providers` (names; those that the caller may see), or of
// everybody, also of providers that were. Numbers are canonicalized by `plan`. kMissingField (from, to),
// kInvalidField, kTelephoneNumberInvalid, kTooLarge; errors of TraceCalls (call_trace.h).
absl::Status AnswerTrace(const std::string& folder, const std::set<std::string>& providers,
                         bool all_providers, const stir::NumberingPlan& plan,
                         const sti::v1::TraceCallsRequest& request, sti::v1::TraceCallsResponse& response);

}  // namespace sti::as

#endif  // SERVICES_AS_TRACE_REQUEST_H_
