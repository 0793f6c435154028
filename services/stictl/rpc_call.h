// One unary call of an admin command: open the channel, call, print.
#ifndef SERVICES_STICTL_RPC_CALL_H_
#define SERVICES_STICTL_RPC_CALL_H_

#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/status.h"
#include "services/stictl/session.h"

namespace sti::stictl {

// Calls `method` of a fresh stub. Errors carry the Reason that the daemon gave.
template <typename Service, typename Request, typename Response>
absl::StatusOr<Response> Call(Session& session, Peer peer,
                              grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                    Response*),
                              const Request& request) {
  auto channel = session.Open(peer);
  if (!channel.ok()) return channel.status();
  const std::unique_ptr<typename Service::Stub> stub = Service::NewStub(*channel);
  Response response;
  const auto context = session.Context();
  const grpc::Status status = ((*stub).*method)(context.get(), request, &response);
  if (!status.ok()) return rpc::FromGrpcStatus(status);
  return response;
}

// Exit code for a call that failed: a configuration that cannot be used is a usage error.
int FailCall(const Output& output, const absl::Status& status);

// The message as JSON with the names of the .proto, one line.
void PrintMessage(const google::protobuf::Message& message);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_RPC_CALL_H_
