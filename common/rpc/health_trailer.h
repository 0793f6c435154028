// Puts what the daemon lacks into the trailers of health checks, which themselves know only yes and no.
#ifndef COMMON_RPC_HEALTH_TRAILER_H_
#define COMMON_RPC_HEALTH_TRAILER_H_

#include <grpcpp/support/server_interceptor.h>

#include <memory>
#include <utility>

#include "common/rpc/lacking.h"

namespace sti::rpc {

class HealthTrailerFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit HealthTrailerFactory(std::shared_ptr<const Lacking> lacking) : lacking_(std::move(lacking)) {}
  // Null, which costs nothing, for every method but grpc.health.v1.Health/Check.
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override;

 private:
  const std::shared_ptr<const Lacking> lacking_;
};

}  // namespace sti::rpc

#endif  // COMMON_RPC_HEALTH_TRAILER_H_
