// The STI-PA's Trust service as a TrustView.
#ifndef SERVICES_AS_TRUST_VIEW_CLIENT_H_
#define SERVICES_AS_TRUST_VIEW_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/rpc/peer.h"
#include "proto/sti/config/v1/as.pb.h"
#include "proto/sti/v1/trust.grpc.pb.h"
#include "services/as/verifier_trust.h"

namespace sti::as {

// One asks, the others wait for what comes of it.
class TrustViewClient final : public TrustView {
 public:
  TrustViewClient(rpc::Peer pa, std::vector<pki::Certificate> pa_roots, const Clock& clock,
                  const Clock& monotonic);
  // Null without `trust`. kConfigInvalid with the key as field.
  static absl::StatusOr<std::unique_ptr<TrustViewClient>> Open(const sti::config::v1::SelfCheck& config,
                                                               const Clock& clock);

  absl::StatusOr<std::shared_ptr<const VerifierTrust>> Get(absl::Duration max_age) override;
  void Cancel() override;

 private:
  absl::StatusOr<std::shared_ptr<const VerifierTrust>> Ask();
  // One RPC of the service, which Cancel ends.
  template <typename Request, typename Response>
  absl::Status Call(grpc::Status (sti::v1::Trust::StubInterface::*rpc)(grpc::ClientContext*, const Request&,
                                                                       Response*),
                    Response& response);

  const rpc::Peer pa_;
  const std::vector<pki::Certificate> pa_roots_;
  const Clock& clock_;
  const Clock& monotonic_;

  Mutex asking_;
  absl::StatusOr<std::shared_ptr<const VerifierTrust>> last_ ABSL_GUARDED_BY(asking_);
  absl::Time asked_ ABSL_GUARDED_BY(asking_) = absl::InfinitePast();  // monotonic

  Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* running_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace sti::as

#endif  // SERVICES_AS_TRUST_VIEW_CLIENT_H_
