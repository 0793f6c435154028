#include "common/rpc/health_trailer.h"

#include <cstring>
#include <string>

namespace sti::rpc {
namespace {

class HealthTrailer final : public grpc::experimental::Interceptor {
 public:
  explicit HealthTrailer(std::string lacking) : lacking_(std::move(lacking)) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(grpc::experimental::InterceptionHookPoints::PRE_SEND_STATUS)) {
      methods->GetSendTrailingMetadata()->emplace(kLackingTrailer, lacking_);
    }
    methods->Proceed();
  }

 private:
  const std::string lacking_;
};

}  // namespace

grpc::experimental::Interceptor* HealthTrailerFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* info) {
  if (std::strcmp(info->method(), "/grpc.health.v1.Health/Check") != 0) return nullptr;
  std::string lacking = lacking_->AsTrailer();
  return lacking.empty() ? nullptr : new HealthTrailer(std::move(lacking));  // gRPC takes ownership
}

}  // namespace sti::rpc
