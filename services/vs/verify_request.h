// VerifyRequest in the logic's own form.
#ifndef SERVICES_VS_VERIFY_REQUEST_H_
#define SERVICES_VS_VERIFY_REQUEST_H_

#include "absl/status/statusor.h"
#include "proto/sti/v1/verification.pb.h"
#include "services/vs/call_facts.h"

namespace sti::vs {

// kInvalidField for a date outside of the range of google.protobuf.Timestamp.
absl::StatusOr<IncomingCall> FromProto(const sti::v1::VerifyRequest& request);

}  // namespace sti::vs

#endif  // SERVICES_VS_VERIFY_REQUEST_H_
