#include "services/as/authentication_service.h"

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/as/sign_request.h"
#include "services/as/sign_stream_service.h"

namespace sti::as {
namespace {

grpc::ServerUnaryReactor* Refuse(const SigningDesk& desk, grpc::CallbackServerContext& context,
                                 const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
  reactor->Finish(rpc::ToGrpcStatus(desk.Refuse(rpc::ClientIdentity(context), RequestIdOf(context), status)));
  return reactor;
}

// The rows of a batch, filled as their signatures come.
struct Batch {
  std::atomic<size_t> missing{0};
  grpc::ServerUnaryReactor* reactor = nullptr;

  void Release() {
    if (missing.fetch_sub(1, std::memory_order_acq_rel) == 1) reactor->Finish(grpc::Status::OK);
  }
};

void SignRow(const SigningDesk& desk, const std::string& client, const std::string& request_id,
             const sti::v1::SignRequest& request, SigningDesk::Done done) {
  auto call = FromProto(request);
  if (!call.ok()) return done(desk.Refuse(client, request_id, call.status()));
  desk.Sign(client, request_id, *std::move(call), std::move(done));
}

}  // namespace

grpc::ServerUnaryReactor* AuthenticationService::Sign(grpc::CallbackServerContext* context,
                                                      const sti::v1::SignRequest* request,
                                                      sti::v1::SignResponse* response) {
  // Response and reactor live until Finish, also when the client has gone.
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  SignRow(desk_, rpc::ClientIdentity(*context), RequestIdOf(*context), *request,
          [reactor, response](absl::StatusOr<std::vector<SignedCall>> signed_calls) {
            if (signed_calls.ok()) ToProto(std::move(signed_calls->front()), *response);
            reactor->Finish(rpc::ToGrpcStatus(signed_calls.status()));
          });
  return reactor;
}

grpc::ServerUnaryReactor* AuthenticationService::SignCall(grpc::CallbackServerContext* context,
                                                          const sti::v1::SignCallRequest* request,
                                                          sti::v1::SignCallResponse* response) {
  const auto client = desk_.ClientOf(rpc::ClientIdentity(*context));
  if (!client.ok()) return Refuse(desk_, *context, client.status());
  auto call = FromProto(*request);
  if (!call.ok()) return Refuse(desk_, *context, call.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  desk_.SignAll(client->identity, RequestIdOf(*context), std::move(call->call), call->types,
                [reactor, response](absl::StatusOr<std::vector<SignedCall>> signed_calls) {
                  const absl::Status status = WithinCall(signed_calls.status());
                  if (status.ok()) ToProto(*std::move(signed_calls), *response);
                  reactor->Finish(rpc::ToGrpcStatus(status));
                });
  return reactor;
}

grpc::ServerUnaryReactor* AuthenticationService::SignBatch(grpc::CallbackServerContext* context,
                                                           const sti::v1::SignBatchRequest* request,
                                                           sti::v1::SignBatchResponse* response) {
  const auto client = desk_.ClientOf(rpc::ClientIdentity(*context));
  if (!client.ok()) return Refuse(desk_, *context, client.status());
  const auto size = static_cast<size_t>(request->requests_size());
  if (size > limits::kBatch) {
    return Refuse(
        desk_, *context,
        MakeError(Reason::kTooLarge, "requests", absl::StrCat(size, " requests; at most ", limits::kBatch)));
  }
  const auto batch = std::make_shared<Batch>();
  batch->missing = size + 1;  // one more, so that no row ends the batch while others are being started
  batch->reactor = context->DefaultReactor();
  grpc::ServerUnaryReactor* reactor = batch->reactor;
  response->mutable_results()->Reserve(request->requests_size());
  for (size_t i = 0; i < size; ++i) response->add_results();
  const std::string request_id = RequestIdOf(*context);
  for (int i = 0; i < request->requests_size(); ++i) {
    sti::v1::SignResult* row = response->mutable_results(i);
    SignRow(desk_, client->identity, request_id, request->requests(i),
            [row, i, batch](absl::StatusOr<std::vector<SignedCall>> signed_calls) {
              if (signed_calls.ok()) {
                ToProto(std::move(signed_calls->front()), *row->mutable_response());
              } else {
                *row->mutable_error() =
                    rpc::ToErrorDetail(PrefixField(absl::StrCat("requests[", i, "]"), signed_calls.status()));
              }
              batch->Release();
            });
  }
  batch->Release();
  return reactor;
}

grpc::ServerBidiReactor<sti::v1::SignStreamRequest, sti::v1::SignStreamResponse>*
AuthenticationService::SignStream(grpc::CallbackServerContext* context) {
  const auto client = desk_.ClientOf(rpc::ClientIdentity(*context));
  auto stream =
      std::make_shared<SignStreamReactor>(desk_, rpc::ClientIdentity(*context), RequestIdOf(*context),
                                          [this](const std::shared_ptr<SignStreamReactor>& ended) {
                                            const MutexLock lock(mutex_);
                                            streams_.erase(ended);
                                          });
  absl::Status refused = client.status();
  {
    const MutexLock lock(mutex_);
    streams_.insert(stream);
    if (ending_ && refused.ok()) refused = StoppingStatus();
  }
  stream->Start(refused);
  return stream.get();
}

void AuthenticationService::EndStreams() {
  absl::flat_hash_set<std::shared_ptr<SignStreamReactor>> streams;
  {
    const MutexLock lock(mutex_);
    ending_ = true;
    streams = streams_;
  }
  for (const auto& stream : streams) stream->Drain();
}

}  // namespace sti::as
