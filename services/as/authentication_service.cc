#include "services/as/authentication_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/as/sign_request.h"

namespace sti::as {
namespace {

grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext& context, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
  reactor->Finish(rpc::ToGrpcStatus(status));
  return reactor;
}

}  // namespace

AuthenticationService::AuthenticationService(const CallSigner& signer, std::vector<std::string> clients)
    : signer_(signer), clients_(std::move(clients)) {}

absl::Status AuthenticationService::Admit(const grpc::CallbackServerContext& context) const {
  return clients_.empty() ? absl::OkStatus() : rpc::RequireIdentity(context, clients_);
}

absl::Status AuthenticationService::SignOne(const sti::v1::SignRequest& request,
                                            sti::v1::SignResponse& response) const {
  STI_ASSIGN_OR_RETURN(const OutgoingCall call, FromProto(request));
  STI_ASSIGN_OR_RETURN(SignedCall signed_call, signer_.Sign(call));
  ToProto(std::move(signed_call), response);
  return absl::OkStatus();
}

absl::Status AuthenticationService::SignAll(const sti::v1::SignBatchRequest& request,
                                            sti::v1::SignBatchResponse& response) const {
  const auto size = static_cast<size_t>(request.requests_size());
  if (size > limits::kBatch) {
    return MakeError(Reason::kTooLarge, "requests",
                     absl::StrCat(size, " requests; at most ", limits::kBatch));
  }
  response.mutable_results()->Reserve(request.requests_size());
  for (int i = 0; i < request.requests_size(); ++i) {
    sti::v1::SignResult& result = *response.add_results();
    const absl::Status status = SignOne(request.requests(i), *result.mutable_response());
    if (status.ok()) continue;
    *result.mutable_error() = rpc::ToErrorDetail(PrefixField(absl::StrCat("requests[", i, "]"), status));
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* AuthenticationService::Sign(grpc::CallbackServerContext* context,
                                                      const sti::v1::SignRequest* request,
                                                      sti::v1::SignResponse* response) {
  absl::Status status = Admit(*context);
  if (status.ok()) status = SignOne(*request, *response);
  return Answer(*context, status);
}

grpc::ServerUnaryReactor* AuthenticationService::SignBatch(grpc::CallbackServerContext* context,
                                                           const sti::v1::SignBatchRequest* request,
                                                           sti::v1::SignBatchResponse* response) {
  absl::Status status = Admit(*context);
  if (status.ok()) status = SignAll(*request, *response);
  return Answer(*context, status);
}

}  // namespace sti::as
