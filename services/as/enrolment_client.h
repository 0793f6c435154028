// sti-pa and sti-ca over gRPC as EnrolmentPeers.
#ifndef SERVICES_AS_ENROLMENT_CLIENT_H_
#define SERVICES_AS_ENROLMENT_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <string>

#include "common/base/mutex.h"
#include "common/rpc/peer.h"
#include "proto/sti/v1/certificate_authority.grpc.pb.h"
#include "proto/sti/v1/spc_tokens.grpc.pb.h"
#include "services/as/enrolment_peers.h"

namespace sti::as {

class EnrolmentClient final : public EnrolmentPeers {
 public:
  // One of them may be nobody; then what it is for must not be asked for.
  EnrolmentClient(rpc::Peer pa, rpc::Peer ca);

  absl::StatusOr<std::string> IssueToken(const std::string& tn_auth_list,
                                         const std::string& fingerprint) override;
  absl::StatusOr<PublishedChain> IssueCertificate(const std::string& csr,
                                                  const std::string& spc_token) override;
  void NameRequest(const std::string& request_id) override { request_id_ = request_id; }
  void Cancel() override;

 private:
  class Call;  // a client context that Cancel knows of

  const rpc::Peer pa_, ca_;
  std::string request_id_;
  Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* running_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace sti::as

#endif  // SERVICES_AS_ENROLMENT_CLIENT_H_
