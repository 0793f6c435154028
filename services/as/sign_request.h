// SignRequest in the logic's own form, and its answer in the contract's.
#ifndef SERVICES_AS_SIGN_REQUEST_H_
#define SERVICES_AS_SIGN_REQUEST_H_

#include "absl/status/statusor.h"
#include "proto/sti/v1/authentication.pb.h"
#include "services/as/call_signer.h"
#include "services/as/outgoing_call.h"

namespace sti::as {

// kAttestInvalid for a value that the enumeration does not have.
absl::StatusOr<OutgoingCall> FromProto(const sti::v1::SignRequest& request);
void ToProto(SignedCall&& signed_call, sti::v1::SignResponse& response);

}  // namespace sti::as

#endif  // SERVICES_AS_SIGN_REQUEST_H_
