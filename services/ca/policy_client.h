// sti-pa over gRPC as PolicyAdministrator.
#ifndef SERVICES_CA_POLICY_CLIENT_H_
#define SERVICES_CA_POLICY_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <string>

#include "common/base/mutex.h"
#include "common/rpc/peer.h"
#include "proto/sti/v1/policy_admin.grpc.pb.h"
#include "services/ca/policy_administrator.h"

namespace sti::ca {

class PolicyClient final : public PolicyAdministrator {
 public:
  explicit PolicyClient(rpc::Peer pa);

  absl::Status RecordRevocation(const std::string& certificate_pem, int reason,
                                const std::string& request_id) override;
  void Cancel() override;

 private:
  const rpc::Peer pa_;
  Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* running_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_POLICY_CLIENT_H_
