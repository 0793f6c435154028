// The one border between absl::Status with a Reason and grpc::Status with an ErrorDetail.
#ifndef COMMON_RPC_STATUS_H_
#define COMMON_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "proto/sti/v1/error.pb.h"

namespace sti::rpc {

// Code and details from the Reason's row. The text of the status leaves the process for rows that are the
// caller's to mend (INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, PERMISSION_DENIED,
// UNAUTHENTICATED); for the others only the row's public text. Texts are cut to what fits into HTTP/2
// trailers and made valid UTF-8. A hint of retry_after.h travels in the detail, and as google.rpc.RetryInfo.
grpc::Status ToGrpcStatus(const absl::Status& status);
// Precondition: `status` is not OK. For the rows of a batch.
sti::v1::ErrorDetail ToErrorDetail(const absl::Status& status);

// The other way, for clients: Reason, field, text and hint of the detail. A status without detail, or with a
// Reason that this program does not know, keeps code and message.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace sti::rpc

#endif  // COMMON_RPC_STATUS_H_
