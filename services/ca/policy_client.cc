#include "services/ca/policy_client.h"

#include <chrono>
#include <memory>
#include <utility>

#include "common/rpc/request_id.h"
#include "common/rpc/status.h"

namespace sti::ca {
namespace {

constexpr std::chrono::seconds kDeadline(15);

}  // namespace

PolicyClient::PolicyClient(rpc::Peer pa) : pa_(std::move(pa)) {}

absl::Status PolicyClient::RecordRevocation(const std::string& certificate_pem, int reason,
                                            const std::string& request_id) {
  sti::v1::RecordRevocationRequest request;
  request.set_certificate_pem(certificate_pem);
  request.set_reason_code(reason);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  rpc::SetRequestId(context, request_id);
  {
    MutexLock lock(mutex_);
    running_ = &context;
    if (cancelled_) context.TryCancel();
  }
  sti::v1::Revocation response;
  const std::unique_ptr<sti::v1::PolicyAdmin::Stub> pa = sti::v1::PolicyAdmin::NewStub(pa_.channel());
  const absl::Status done = rpc::FromGrpcStatus(pa->RecordRevocation(&context, request, &response));
  MutexLock lock(mutex_);
  running_ = nullptr;
  return done;
}

void PolicyClient::Cancel() {
  MutexLock lock(mutex_);
  cancelled_ = true;
  if (running_ != nullptr) running_->TryCancel();
}

}  // namespace sti::ca
