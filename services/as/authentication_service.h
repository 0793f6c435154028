// Edge of sti-as: the Authentication service of the public contract on the callback API.
#ifndef SERVICES_AS_AUTHENTICATION_SERVICE_H_
#define SERVICES_AS_AUTHENTICATION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>

#include "absl/status/statusor.h"
#include "proto/sti/v1/authentication.grpc.pb.h"
#include "services/as/call_signer.h"
#include "services/as/provider_table.h"

namespace sti::as {

// Thread-safe. Every call is answered on the thread that received it.
class AuthenticationService final : public sti::v1::Authentication::CallbackService {
 public:
  // Both must outlive the service.
  AuthenticationService(const ProviderTable& providers, const CallSigner& signer)
      : providers_(providers), signer_(signer) {}

  grpc::ServerUnaryReactor* Sign(grpc::CallbackServerContext* context, const sti::v1::SignRequest* request,
                                 sti::v1::SignResponse* response) override;
  grpc::ServerUnaryReactor* SignBatch(grpc::CallbackServerContext* context,
                                      const sti::v1::SignBatchRequest* request,
                                      sti::v1::SignBatchResponse* response) override;

 private:
  // The provider that the caller is a client of. kPermissionDenied.
  absl::StatusOr<size_t> ProviderOf(const grpc::CallbackServerContext& context) const;
  absl::Status SignOne(size_t provider, const sti::v1::SignRequest& request,
                       sti::v1::SignResponse& response) const;
  absl::Status SignAll(size_t provider, const sti::v1::SignBatchRequest& request,
                       sti::v1::SignBatchResponse& response) const;

  const ProviderTable& providers_;
  const CallSigner& signer_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_AUTHENTICATION_SERVICE_H_
