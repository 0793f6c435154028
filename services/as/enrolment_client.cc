#include "services/as/enrolment_client.h"

#include <chrono>
#include <memory>
#include <utility>

#include "common/base/status_macros.h"
#include "common/rpc/request_id.h"
#include "common/rpc/status.h"

namespace sti::as {
namespace {

constexpr std::chrono::seconds kDeadline(15);

}  // namespace

// Enrolment asks one peer at a time, so there is at most one of these.
class EnrolmentClient::Call {
 public:
  explicit Call(EnrolmentClient& client) : client_(client) {
    context_.set_deadline(std::chrono::system_clock::now() + kDeadline);
    rpc::SetRequestId(context_, client_.request_id_);
    MutexLock lock(client_.mutex_);
    client_.running_ = &context_;
    if (client_.cancelled_) context_.TryCancel();
  }
  ~Call() {
    MutexLock lock(client_.mutex_);
    client_.running_ = nullptr;
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  grpc::ClientContext* context() { return &context_; }

 private:
  EnrolmentClient& client_;
  grpc::ClientContext context_;
};

EnrolmentClient::EnrolmentClient(rpc::Peer pa, rpc::Peer ca) : pa_(std::move(pa)), ca_(std::move(ca)) {}

absl::StatusOr<std::string> EnrolmentClient::IssueToken(const std::string& tn_auth_list,
                                                        const std::string& fingerprint) {
  sti::v1::IssueTokenRequest request;
  request.set_tn_auth_list(tn_auth_list);
  request.set_fingerprint(fingerprint);
  sti::v1::IssueTokenResponse response;
  const auto pa = sti::v1::SpcTokens::NewStub(pa_.channel());
  Call call(*this);
  STI_RETURN_IF_ERROR(rpc::FromGrpcStatus(pa->IssueToken(call.context(), request, &response)));
  return std::move(*response.mutable_token());
}

absl::StatusOr<PublishedChain> EnrolmentClient::IssueCertificate(const std::string& csr,
                                                                 const std::string& spc_token) {
  sti::v1::IssueCertificateRequest request;
  request.set_csr(csr);
  request.set_spc_token(spc_token);
  sti::v1::IssueCertificateResponse response;
  const auto ca = sti::v1::CertificateAuthority::NewStub(ca_.channel());
  Call call(*this);
  STI_RETURN_IF_ERROR(rpc::FromGrpcStatus(ca->IssueCertificate(call.context(), request, &response)));
  return PublishedChain{std::move(*response.mutable_chain_pem()), std::move(*response.mutable_x5u())};
}

void EnrolmentClient::Cancel() {
  MutexLock lock(mutex_);
  cancelled_ = true;
  if (running_ != nullptr) running_->TryCancel();
}

}  // namespace sti::as
