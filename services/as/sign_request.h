// SignRequest in the logic's own form, and its answer in the contract's.
#ifndef SERVICES_AS_SIGN_REQUEST_H_
#define SERVICES_AS_SIGN_REQUEST_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/stir/passport_type.h"
#include "proto/sti/v1/authentication.pb.h"
#include "services/as/call_signer.h"
#include "services/as/outgoing_call.h"

namespace sti::as {

// kAttestInvalid for a value that the enumeration does not have.
absl::StatusOr<OutgoingCall> FromProto(const sti::v1::SignRequest& request);
void ToProto(SignedCall&& signed_call, sti::v1::SignResponse& response);

// A call with several PASSporTs.
struct OutgoingCallOfTypes {
  OutgoingCall call;
  std::vector<stir::PassportType> types;
};
// The same; kInvalidField (call.ppt is given, a type twice), kMissingField or kTooLarge (number of types),
// kPptUnsupported. Fields are those of SignCallRequest.
absl::StatusOr<OutgoingCallOfTypes> FromProto(const sti::v1::SignCallRequest& request);
// An error of the signing of such a call: its field, if it has one, is within `call`.
absl::Status WithinCall(const absl::Status& status);
void ToProto(std::vector<SignedCall>&& signed_calls, sti::v1::SignCallResponse& response);

// The metadata "x-request-id" of a client that names its requests, for the record; printable ASCII, at most
// 128 octets, else empty.
std::string RequestIdOf(const grpc::CallbackServerContext& context);

}  // namespace sti::as

#endif  // SERVICES_AS_SIGN_REQUEST_H_
