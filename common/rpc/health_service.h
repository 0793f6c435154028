// grpc.health.v1.Health. gRPC's own has no word for what is lacking, and its watches would hold up every
// shutdown.
#ifndef COMMON_RPC_HEALTH_SERVICE_H_
#define COMMON_RPC_HEALTH_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/rpc/lacking.h"
#include "proto/grpc/health/v1/health.grpc.pb.h"

namespace sti::rpc {

class HealthWatch;

// Thread-safe. All services of a daemon share one status.
class HealthService final : public grpc::health::v1::Health::CallbackService {
 public:
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;

  // The services of the server; others are unknown. Before the first call.
  void SetServices(const std::vector<std::string>& names);
  // The names that SetServices gave.
  std::vector<std::string> Services();
  // Serving when nothing is `lacking`. True when either differs from before.
  bool SetServing(const std::vector<std::string>& lacking, const std::vector<std::string>& trouble);
  // Trouble besides, of files that changed and could not be taken.
  void SetFileTrouble(const std::vector<std::string>& trouble);
  // What is named besides what is lacking.
  std::vector<std::string> Trouble();
  // NOT_SERVING from now on, and every watch ends.
  void Shutdown();

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::health::v1::HealthCheckRequest* request,
                                  grpc::health::v1::HealthCheckResponse* response) override;
  grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse>* Watch(
      grpc::CallbackServerContext* context, const grpc::health::v1::HealthCheckRequest* request) override;

 private:
  friend class HealthWatch;
  Status StatusOf(const std::string& service);
  // True when what is named has changed.
  bool Name() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remove(const HealthWatch* watch);

  Lacking lacking_;
  Mutex mutex_;  // not held while a watch is called
  std::set<std::string> services_ ABSL_GUARDED_BY(mutex_) = {""};
  Status status_ ABSL_GUARDED_BY(mutex_) = grpc::health::v1::HealthCheckResponse::NOT_SERVING;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool told_ ABSL_GUARDED_BY(mutex_) = false;  // whether SetServing was called
  std::vector<std::string> missing_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> trouble_ ABSL_GUARDED_BY(mutex_), file_trouble_ ABSL_GUARDED_BY(mutex_);
  std::set<std::shared_ptr<HealthWatch>> watches_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::rpc

#endif  // COMMON_RPC_HEALTH_SERVICE_H_
