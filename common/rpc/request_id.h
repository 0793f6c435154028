// Request ids between daemons: the metadata "x-request-id", which one daemon takes from its caller and passes
// on to the daemons that it asks.
#ifndef COMMON_RPC_REQUEST_ID_H_
#define COMMON_RPC_REQUEST_ID_H_

#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/strings/string_view.h"

namespace sti::rpc {

// What the caller calls its request; printable ASCII without spaces, at most 128 octets, else empty.
std::string RequestIdOf(const grpc::ServerContextBase& context);

// Before the call. What RequestIdOf would not take is not sent.
void SetRequestId(grpc::ClientContext& context, absl::string_view request_id);

}  // namespace sti::rpc

#endif  // COMMON_RPC_REQUEST_ID_H_
