// The one border between absl::Status with a Reason and grpc::Status with an ErrorDetail.
#ifndef COMMON_RPC_STATUS_H_
#define COMMON_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "proto/sti/v1/error.pb.h"

namespace sti::rpc {

// Code and details from the Reason's row. The text of the status leaves the process for rows that are the caller's to
// mend (INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, PERMISSION_DENIED); for the others only the
// row's public text.
grpc::Status ToGrpcStatus(const absl::Status& status);
sti::v1::ErrorDetail ToErrorDetail(const absl::Status& status);

// The other way, for clients. A status without detail keeps code and message.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace sti::rpc

#endif  // COMMON_RPC_STATUS_H_
