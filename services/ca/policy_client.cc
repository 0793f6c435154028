#include "services/ca/policy_client.h"

#include <chrono>

#include "common/rpc/status.h"

namespace sti::ca {
namespace {

constexpr std::chrono::seconds kDeadline(15);

}  // namespace

PolicyClient::PolicyClient(const std::shared_ptr<grpc::Channel>& pa)
    : pa_(sti::v1::PolicyAdmin::NewStub(pa)) {}

absl::Status PolicyClient::RecordRevocation(const std::string& certificate_pem, int reason) {
  sti::v1::RecordRevocationRequest request;
  request.set_certificate_pem(certificate_pem);
  request.set_reason_code(reason);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  {
    MutexLock lock(mutex_);
    running_ = &context;
    if (cancelled_) context.TryCancel();
  }
  sti::v1::Revocation response;
  const absl::Status done = rpc::FromGrpcStatus(pa_->RecordRevocation(&context, request, &response));
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
