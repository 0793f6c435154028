// One Watch call of the health service.
#ifndef COMMON_RPC_HEALTH_WATCH_H_
#define COMMON_RPC_HEALTH_WATCH_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/rpc/health_service.h"

namespace sti::rpc {

// Thread-safe. Slow clients get the newest status only; the ones between are skipped.
class HealthWatch final : public grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse> {
 public:
  HealthWatch(HealthService& owner, std::string service) : owner_(owner), service_(std::move(service)) {}

  // The status of the service may have changed.
  void Update();
  // Ends the stream with `status` after what is being written.
  void End(const grpc::Status& status);

  void OnWriteDone(bool ok) override;
  void OnCancel() override { End(grpc::Status::CANCELLED); }
  void OnDone() override { owner_.Remove(this); }

 private:
  // Writes or finishes if there is cause to and nothing under way.
  void Continue();

  HealthService& owner_;
  const std::string service_;
  Mutex mutex_;  // taken before that of the owner
  HealthService::Status wanted_ ABSL_GUARDED_BY(mutex_) = grpc::health::v1::HealthCheckResponse::UNKNOWN;
  HealthService::Status sent_ ABSL_GUARDED_BY(mutex_) = grpc::health::v1::HealthCheckResponse::UNKNOWN;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status end_ ABSL_GUARDED_BY(mutex_);
  grpc::health::v1::HealthCheckResponse response_;  // of the write under way
};

}  // namespace sti::rpc

#endif  // COMMON_RPC_HEALTH_WATCH_H_
