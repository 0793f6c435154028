#include "services/vs/trust_client.h"

#include <chrono>
#include <memory>
#include <utility>

#include "common/base/status_macros.h"
#include "common/rpc/status.h"

namespace sti::vs {
namespace {

constexpr std::chrono::seconds kDeadline(20);
constexpr std::chrono::seconds kCrlDeadline(60);  // it may be large

std::unique_ptr<sti::v1::Trust::Stub> StubOf(const rpc::Peer& pa) {
  return sti::v1::Trust::NewStub(pa.channel());
}

}  // namespace

class TrustClient::Call {
 public:
  explicit Call(TrustClient& client) : client_(client) {
    MutexLock lock(client_.mutex_);
    client_.running_.insert(&context_);
    if (client_.cancelled_) context_.TryCancel();
  }
  ~Call() {
    MutexLock lock(client_.mutex_);
    client_.running_.erase(&context_);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  grpc::ClientContext* context() { return &context_; }
  grpc::ClientContext* WithDeadline(std::chrono::seconds time = kDeadline) {
    context_.set_deadline(std::chrono::system_clock::now() + time);
    return &context_;
  }

 private:
  TrustClient& client_;
  grpc::ClientContext context_;
};

TrustClient::TrustClient(rpc::Peer pa) : pa_(std::move(pa)) {}

absl::StatusOr<std::string> TrustClient::GetTrustList() {
  Call call(*this);
  sti::v1::GetTrustListResponse response;
  STI_RETURN_IF_ERROR(rpc::FromGrpcStatus(StubOf(pa_)->GetTrustList(call.WithDeadline(), {}, &response)));
  return std::move(*response.mutable_trust_list());
}

absl::StatusOr<SignedCrl> TrustClient::GetCrl() {
  Call call(*this);
  sti::v1::GetCrlResponse response;
  STI_RETURN_IF_ERROR(
      rpc::FromGrpcStatus(StubOf(pa_)->GetCrl(call.WithDeadline(kCrlDeadline), {}, &response)));
  SignedCrl result;
  result.crl = std::move(*response.mutable_crl());
  for (std::string& der : *response.mutable_signer_chain()) result.signer_chain.push_back(std::move(der));
  return result;
}

absl::StatusOr<std::string> TrustClient::GetNumberList() {
  Call call(*this);
  sti::v1::GetNumberAuthorityListResponse response;
  STI_RETURN_IF_ERROR(
      rpc::FromGrpcStatus(StubOf(pa_)->GetNumberAuthorityList(call.WithDeadline(), {}, &response)));
  return std::move(*response.mutable_number_list());
}

absl::Status TrustClient::Watch(const std::function<void()>& on_version) {
  Call call(*this);
  const auto stub = StubOf(pa_);
  const auto reader = stub->WatchTrust(call.context(), {});
  sti::v1::TrustVersion version;
  while (reader->Read(&version)) on_version();
  return rpc::FromGrpcStatus(reader->Finish());
}

void TrustClient::Cancel() {
  MutexLock lock(mutex_);
  cancelled_ = true;
  for (grpc::ClientContext* context : running_) context->TryCancel();
}

}  // namespace sti::vs
