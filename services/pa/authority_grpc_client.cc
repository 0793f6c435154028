#include "services/pa/authority_grpc_client.h"

#include <chrono>

#include "common/base/status_macros.h"
#include "common/rpc/status.h"

namespace sti::pa {

AuthorityGrpcClient::AuthorityGrpcClient(const std::shared_ptr<grpc::Channel>& ca, absl::Duration deadline)
    : ca_(sti::v1::AuthorityAdmin::NewStub(ca)), deadline_(deadline) {}

absl::StatusOr<std::vector<std::string>> AuthorityGrpcClient::RevokeSpc(const std::string& spc,
                                                                        int reason_code) {
  sti::v1::RevokeSpcRequest request;
  request.set_spc(spc);
  request.set_reason_code(reason_code);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(deadline_));
  {
    MutexLock lock(mutex_);
    running_ = &context;
    if (cancelled_) context.TryCancel();
  }
  sti::v1::RevokeSpcResponse response;
  const absl::Status done = rpc::FromGrpcStatus(ca_->RevokeSpc(&context, request, &response));
  {
    MutexLock lock(mutex_);
    running_ = nullptr;
  }
  STI_RETURN_IF_ERROR(done);
  return std::vector<std::string>(response.serials().begin(), response.serials().end());
}

void AuthorityGrpcClient::Cancel() {
  MutexLock lock(mutex_);
  cancelled_ = true;
  if (running_ != nullptr) running_->TryCancel();
}

}  // namespace sti::pa
