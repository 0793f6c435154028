#include "services/as/authentication_service.h"

#include <string>
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

absl::StatusOr<size_t> AuthenticationService::ProviderOf(const grpc::CallbackServerContext& context) const {
  const std::string identity = rpc::ClientIdentity(context);
  if (const auto client = providers_.ClientOf(identity)) return client->provider;
  return MakeError(Reason::kPermissionDenied,
                   absl::StrCat("client \"", identity, "\" belongs to no provider"));
}

absl::Status AuthenticationService::SignOne(size_t provider, const sti::v1::SignRequest& request,
                                            sti::v1::SignResponse& response) const {
  STI_ASSIGN_OR_RETURN(const OutgoingCall call, FromProto(request));
  STI_ASSIGN_OR_RETURN(SignedCall signed_call, signer_.Sign(provider, call));
  ToProto(std::move(signed_call), response);
  return absl::OkStatus();
}

absl::Status AuthenticationService::SignAll(size_t provider, const sti::v1::SignBatchRequest& request,
                                            sti::v1::SignBatchResponse& response) const {
  const auto size = static_cast<size_t>(request.requests_size());
  if (size > limits::kBatch) {
    return MakeError(Reason::kTooLarge, "requests",
                     absl::StrCat(size, " requests; at most ", limits::kBatch));
  }
  response.mutable_results()->Reserve(request.requests_size());
  for (int i = 0; i < request.requests_size(); ++i) {
    sti::v1::SignResult& result = *response.add_results();
    const absl::Status status = SignOne(provider, request.requests(i), *result.mutable_response());
    if (status.ok()) continue;
    *result.mutable_error() = rpc::ToErrorDetail(PrefixField(absl::StrCat("requests[", i, "]"), status));
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* AuthenticationService::Sign(grpc::CallbackServerContext* context,
                                                      const sti::v1::SignRequest* request,
                                                      sti::v1::SignResponse* response) {
  const absl::StatusOr<size_t> provider = ProviderOf(*context);
  return Answer(*context, provider.ok() ? SignOne(*provider, *request, *response) : provider.status());
}

grpc::ServerUnaryReactor* AuthenticationService::SignBatch(grpc::CallbackServerContext* context,
                                                           const sti::v1::SignBatchRequest* request,
                                                           sti::v1::SignBatchResponse* response) {
  const absl::StatusOr<size_t> provider = ProviderOf(*context);
  return Answer(*context, provider.ok() ? SignAll(*provider, *request, *response) : provider.status());
}

}  // namespace sti::as
