// VerifyRequest in the logic's own form.
#ifndef SERVICES_VS_VERIFY_REQUEST_H_
#define SERVICES_VS_VERIFY_REQUEST_H_

#include "absl/status/statusor.h"
#include "proto/sti/v1/verification.pb.h"
#include "services/vs/call_facts.h"

namespace sti::vs {

// Limits are checked here, before anything is parsed. kInvalidField for a date or at outside of the range of
// google.protobuf.Timestamp and for a media key that is none; kTooLarge; with the field's path.
absl::StatusOr<IncomingCall> FromProto(const sti::v1::VerifyRequest& request);

}  // namespace sti::vs

#endif  // SERVICES_VS_VERIFY_REQUEST_H_
