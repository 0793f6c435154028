// The STI-PA's Trust service as a TrustSource.
#ifndef SERVICES_VS_TRUST_CLIENT_H_
#define SERVICES_VS_TRUST_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <functional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "common/base/limits.h"
#include "common/base/mutex.h"
#include "common/rpc/peer.h"
#include "proto/sti/v1/trust.grpc.pb.h"
#include "services/vs/trust_source.h"

namespace sti::vs {

// What a channel for it must let in: the largest CRL.
inline constexpr size_t kTrustMessage = limits::kCrl + limits::kGrpcMessage;

class TrustClient final : public TrustSource {
 public:
  explicit TrustClient(rpc::Peer pa);

  absl::StatusOr<std::string> GetTrustList() override;
  absl::StatusOr<SignedCrl> GetCrl() override;
  absl::StatusOr<std::string> GetNumberList() override;
  absl::Status Watch(const std::function<void()>& on_version) override;
  void Cancel() override;

 private:
  class Call;  // a client context that Cancel knows of

  const rpc::Peer pa_;
  Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<grpc::ClientContext*> running_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::vs

#endif  // SERVICES_VS_TRUST_CLIENT_H_
