// sti-ca over gRPC as AuthorityClient.
#ifndef SERVICES_PA_AUTHORITY_GRPC_CLIENT_H_
#define SERVICES_PA_AUTHORITY_GRPC_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/rpc/peer.h"
#include "proto/sti/v1/certificate_authority.grpc.pb.h"
#include "services/pa/authority_client.h"

namespace sti::pa {

class AuthorityGrpcClient final : public AuthorityClient {
 public:
  // `deadline` of each call: a CA signs nothing here, but may have many certificates to write down.
  explicit AuthorityGrpcClient(rpc::Peer ca, absl::Duration deadline = absl::Seconds(30));

  absl::StatusOr<std::vector<std::string>> RevokeSpc(const std::string& spc, int reason_code,
                                                     const std::string& request_id) override;
  void Cancel() override;

 private:
  const rpc::Peer ca_;
  const absl::Duration deadline_;
  Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* running_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_AUTHORITY_GRPC_CLIENT_H_
