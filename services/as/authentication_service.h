// Edge of sti-as: the Authentication service of the public contract on the callback API.
#ifndef SERVICES_AS_AUTHENTICATION_SERVICE_H_
#define SERVICES_AS_AUTHENTICATION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "common/base/mutex.h"
#include "proto/sti/v1/authentication.grpc.pb.h"
#include "services/as/signing_desk.h"

namespace sti::as {

class SignStreamReactor;

// Thread-safe. A call is answered on the thread that received it, but for a diversion that sti-vs is asked
// about.
class AuthenticationService final : public sti::v1::Authentication::CallbackService {
 public:
  // `desk` must outlive the service, and the service what it has asked the desk for.
  explicit AuthenticationService(const SigningDesk& desk) : desk_(desk) {}

  grpc::ServerUnaryReactor* Sign(grpc::CallbackServerContext* context, const sti::v1::SignRequest* request,
                                 sti::v1::SignResponse* response) override;
  grpc::ServerUnaryReactor* SignBatch(grpc::CallbackServerContext* context,
                                      const sti::v1::SignBatchRequest* request,
                                      sti::v1::SignBatchResponse* response) override;
  grpc::ServerUnaryReactor* SignCall(grpc::CallbackServerContext* context,
                                     const sti::v1::SignCallRequest* request,
                                     sti::v1::SignCallResponse* response) override;
  grpc::ServerBidiReactor<sti::v1::SignStreamRequest, sti::v1::SignStreamResponse>* SignStream(
      grpc::CallbackServerContext* context) override;

  // Streams take no further requests, answer those that they have taken, and end with UNAVAILABLE; new ones
  // end at once. Before the server is shut down.
  void EndStreams();

 private:
  const SigningDesk& desk_;
  Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<std::shared_ptr<SignStreamReactor>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::as

#endif  // SERVICES_AS_AUTHENTICATION_SERVICE_H_
