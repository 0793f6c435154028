#include "services/vs/verification_service.h"

#include <atomic>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/edge/verdict_proto.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/vs/verify_request.h"

namespace sti::vs {
namespace {

// Ends a call once, by its verdict or by its client, whichever comes first. After Claim said false neither
// reactor nor response may be touched: they may be gone.
class Ending {
 public:
  bool Claim() { return !claimed_.exchange(true, std::memory_order_acq_rel); }

 private:
  std::atomic<bool> claimed_{false};
};

class Reactor final : public grpc::ServerUnaryReactor {
 public:
  const std::shared_ptr<Ending>& ending() const { return ending_; }

 private:
  void OnCancel() override {
    if (ending_->Claim()) Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

  const std::shared_ptr<Ending> ending_ = std::make_shared<Ending>();
};

grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext& context, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
  reactor->Finish(rpc::ToGrpcStatus(status));
  return reactor;
}

void Judge(Verifier& verifier, const ProfileTable& profiles, const std::string& client,
           const sti::v1::VerifyRequest& request, Verifier::Done done) {
  const auto profile = profiles.For(client, request.profile());
  if (!profile.ok()) return done(profile.status());
  auto call = FromProto(request);
  if (!call.ok()) return done(call.status());
  verifier.Verify(*call, **profile, std::move(done));
}

// The rows of one batch, filled as their verdicts come.
struct Batch {
  std::vector<absl::StatusOr<stir::CallVerdict>> rows;
  std::atomic<size_t> missing;
};

void Fill(const Batch& batch, sti::v1::VerifyBatchResponse& response) {
  for (size_t i = 0; i < batch.rows.size(); ++i) {
    sti::v1::VerifyResult& result = *response.add_results();
    if (batch.rows[i].ok()) {
      *result.mutable_response() = edge::ToProto(*batch.rows[i]);
    } else {
      *result.mutable_error() =
          rpc::ToErrorDetail(PrefixField(absl::StrCat("requests[", i, "]"), batch.rows[i].status()));
    }
  }
}

void SetTime(absl::Time time, google::protobuf::Timestamp& proto) {
  proto.set_seconds(absl::ToUnixSeconds(time));
}

}  // namespace

VerificationService::VerificationService(Verifier& verifier, const CertificateCache& cache,
                                         const TrustSnapshot& trust, ProfileTable profiles)
    : verifier_(verifier), cache_(cache), trust_(trust), profiles_(std::move(profiles)) {}

absl::Status VerificationService::Admit(const grpc::CallbackServerContext& context) const {
  return profiles_.For(rpc::ClientIdentity(context), "").status();
}

grpc::ServerUnaryReactor* VerificationService::Verify(grpc::CallbackServerContext* context,
                                                      const sti::v1::VerifyRequest* request,
                                                      sti::v1::VerifyResponse* response) {
  auto* reactor = new Reactor;  // deletes itself in OnDone
  Judge(verifier_, profiles_, rpc::ClientIdentity(*context), *request,
        [reactor, response, ending = reactor->ending()](absl::StatusOr<stir::CallVerdict> verdict) {
          if (!ending->Claim()) return;
          if (verdict.ok()) *response = edge::ToProto(*verdict);
          reactor->Finish(rpc::ToGrpcStatus(verdict.status()));
        });
  return reactor;
}

grpc::ServerUnaryReactor* VerificationService::VerifyBatch(grpc::CallbackServerContext* context,
                                                           const sti::v1::VerifyBatchRequest* request,
                                                           sti::v1::VerifyBatchResponse* response) {
  if (const absl::Status admitted = Admit(*context); !admitted.ok()) return Answer(*context, admitted);
  const auto size = static_cast<size_t>(request->requests_size());
  if (size > limits::kBatch) {
    return Answer(*context, MakeError(Reason::kTooLarge, "requests",
                                      absl::StrCat(size, " requests; at most ", limits::kBatch)));
  }
  auto* reactor = new Reactor;
  const auto batch = std::make_shared<Batch>();
  batch->rows.resize(size);
  batch->missing = size + 1;  // one more, so that no row ends the batch while others are being started
  const auto release = [batch, reactor, response, ending = reactor->ending()] {
    if (batch->missing.fetch_sub(1, std::memory_order_acq_rel) != 1 || !ending->Claim()) return;
    Fill(*batch, *response);
    reactor->Finish(grpc::Status::OK);
  };
  const std::string client = rpc::ClientIdentity(*context);
  for (size_t i = 0; i < size; ++i) {
    Judge(verifier_, profiles_, client, request->requests(static_cast<int>(i)),
          [batch, i, release](absl::StatusOr<stir::CallVerdict> verdict) {
            batch->rows[i] = std::move(verdict);
            release();
          });
  }
  release();
  return reactor;
}

grpc::ServerUnaryReactor* VerificationService::GetTrustStatus(
    grpc::CallbackServerContext* context, const sti::v1::GetTrustStatusRequest* /*request*/,
    sti::v1::GetTrustStatusResponse* response) {
  if (const absl::Status admitted = Admit(*context); !admitted.ok()) return Answer(*context, admitted);
  const std::shared_ptr<const TrustState> trust = trust_.Get();
  if (trust != nullptr) {
    response->set_trust_list_sequence(trust->sequence);
    SetTime(trust->expires, *response->mutable_trust_list_expires());
    response->set_anchors(static_cast<int32_t>(trust->anchors.roots().size()));
    if (trust->crl != nullptr) {
      response->set_crl_number(trust->crl->number());
      SetTime(trust->crl->next_update(), *response->mutable_crl_next_update());
      response->set_revoked_certificates(static_cast<int64_t>(trust->crl->size()));
    }
  }
  response->set_cached_chains(static_cast<int64_t>(cache_.size()));
  return Answer(*context, absl::OkStatus());
}

}  // namespace sti::vs
