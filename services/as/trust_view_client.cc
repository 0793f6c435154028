#include "services/as/trust_view_client.h"

#include <chrono>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/files.h"
#include "common/rpc/status.h"
#include "common/stir/pa_root.h"
#include "services/as/clock_watch.h"

namespace sti::as {
namespace {

// Patient, since a CRL may be large; nobody's call waits.
constexpr std::chrono::seconds kDeadline(20);

absl::Status Refuse(absl::string_view key, absl::string_view why) {
  return MakeError(Reason::kConfigInvalid, key, why);
}

absl::StatusOr<std::vector<pki::Certificate>> RootsFrom(const sti::config::v1::SelfCheckTrust& config) {
  std::vector<pki::Certificate> roots;
  for (int i = 0; i < config.pa_root_files_size(); ++i) {
    const std::string key = absl::StrCat("pa_root_files[", i, "]"), &file = config.pa_root_files(i);
    const auto pem = daemon::ReadFile(file, limits::kChainBody);
    if (!pem.ok()) return Refuse(key, pem.status().message());
    auto root = stir::ParsePaRoot(*pem);
    if (!root.ok()) return Refuse(key, absl::StrCat(file, ": ", root.status().message()));
    roots.push_back(*std::move(root));
  }
  return roots;
}

}  // namespace

TrustViewClient::TrustViewClient(rpc::Peer pa, std::vector<pki::Certificate> pa_roots, const Clock& clock,
                                 const Clock& monotonic)
    : pa_(std::move(pa)),
      pa_roots_(std::move(pa_roots)),
      clock_(clock),
      monotonic_(monotonic),
      last_(MakeError(Reason::kUnavailable, "not asked yet")) {}

absl::StatusOr<std::unique_ptr<TrustViewClient>> TrustViewClient::Open(
    const sti::config::v1::SelfCheck& config, const Clock& clock) {
  if (!config.has_trust()) return nullptr;
  auto roots = RootsFrom(config.trust());
  if (!roots.ok()) return PrefixField("trust", roots.status());
  auto pa = rpc::Peer::Open(config.trust().pa(), limits::kCrl + limits::kGrpcMessage);
  if (!pa.ok()) return PrefixField("trust.pa", pa.status());
  return std::make_unique<TrustViewClient>(*std::move(pa), *std::move(roots), clock,
                                           MonotonicClock::Instance());
}

template <typename Request, typename Response>
absl::Status TrustViewClient::Call(grpc::Status (sti::v1::Trust::StubInterface::*rpc)(grpc::ClientContext*,
                                                                                      const Request&,
                                                                                      Response*),
                                   Response& response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  {
    const MutexLock lock(mutex_);
    if (cancelled_) return MakeError(Reason::kUnavailable, "sti-as is stopping");
    running_ = &context;
  }
  const auto stub = sti::v1::Trust::NewStub(pa_.channel());
  const grpc::Status status = (stub.get()->*rpc)(&context, Request(), &response);
  const MutexLock lock(mutex_);
  running_ = nullptr;
  return rpc::FromGrpcStatus(status);
}

absl::StatusOr<std::shared_ptr<const VerifierTrust>> TrustViewClient::Ask() {
  using Stub = sti::v1::Trust::StubInterface;
  sti::v1::GetTrustListResponse list;
  sti::v1::GetCrlResponse crl;
  STI_RETURN_IF_ERROR(Call(&Stub::GetTrustList, list));
  STI_RETURN_IF_ERROR(Call(&Stub::GetCrl, crl));
  const TrustDocuments documents = {std::move(*list.mutable_trust_list()),
                                    std::move(*crl.mutable_crl()),
                                    {crl.signer_chain().begin(), crl.signer_chain().end()}};
  return Believe(documents, pa_roots_, clock_.TimeNow());
}

absl::StatusOr<std::shared_ptr<const VerifierTrust>> TrustViewClient::Get(absl::Duration max_age) {
  const MutexLock lock(asking_);
  // An error counts as an answer, too: an STI-PA that hangs must not be waited for once a provider.
  if (monotonic_.TimeNow() - asked_ > max_age) {
    last_ = Ask();
    asked_ = monotonic_.TimeNow();
  }
  return last_;
}

void TrustViewClient::Cancel() {
  const MutexLock lock(mutex_);
  cancelled_ = true;
  if (running_ != nullptr) running_->TryCancel();
}

}  // namespace sti::as
