// Edge of sti-as: the Authentication service of the public contract on the callback API.
#ifndef SERVICES_AS_AUTHENTICATION_SERVICE_H_
#define SERVICES_AS_AUTHENTICATION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "proto/sti/v1/authentication.grpc.pb.h"
#include "services/as/call_signer.h"

namespace sti::as {

// Thread-safe. Every call is answered on the thread that received it.
class AuthenticationService final : public sti::v1::Authentication::CallbackService {
 public:
  // `clients` empty: every client that the server let in. `signer` must outlive the service.
  AuthenticationService(const CallSigner& signer, std::vector<std::string> clients);

  grpc::ServerUnaryReactor* Sign(grpc::CallbackServerContext* context, const sti::v1::SignRequest* request,
                                 sti::v1::SignResponse* response) override;
  grpc::ServerUnaryReactor* SignBatch(grpc::CallbackServerContext* context,
                                      const sti::v1::SignBatchRequest* request,
                                      sti::v1::SignBatchResponse* response) override;

 private:
  absl::Status Admit(const grpc::CallbackServerContext& context) const;
  absl::Status SignOne(const sti::v1::SignRequest& request, sti::v1::SignResponse& response) const;
  absl::Status SignAll(const sti::v1::SignBatchRequest& request, sti::v1::SignBatchResponse& response) const;

  const CallSigner& signer_;
  const std::vector<std::string> clients_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_AUTHENTICATION_SERVICE_H_
