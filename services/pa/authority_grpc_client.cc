#include "services/pa/authority_grpc_client.h"

#include <chrono>
#include <memory>
#include <utility>

#include "common/base/status_macros.h"
#include "common/rpc/request_id.h"
#include "common/rpc/status.h"

namespace sti::pa {

AuthorityGrpcClient::AuthorityGrpcClient(rpc::Peer ca, absl::Duration deadline)
    : ca_(std::move(ca)), deadline_(deadline) {}

absl::StatusOr<std::vector<std::string>> AuthorityGrpcClient::RevokeSpc(const std::string& spc,
                                                                        int reason_code,
                                                                        const std::string& request_id) {
  sti::v1::RevokeSpcRequest request;
  request.set_spc(spc);
  request.set_reason_code(reason_code);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(deadline_));
  rpc::SetRequestId(context, request_id);
  {
    MutexLock lock(mutex_);
    running_ = &context;
    if (cancelled_) context.TryCancel();
  }
  sti::v1::RevokeSpcResponse response;
  const std::unique_ptr<sti::v1::AuthorityAdmin::Stub> ca = sti::v1::AuthorityAdmin::NewStub(ca_.channel());
  const absl::Status done = rpc::FromGrpcStatus(ca->RevokeSpc(&context, request, &response));
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
