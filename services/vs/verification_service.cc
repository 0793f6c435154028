#include "services/vs/verification_service.h"

#include <atomic>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/url.h"
#include "common/edge/verdict_proto.h"
#include "common/rpc/request_id.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/vs/refusal_log.h"
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

// A request once its client may have it judged.
struct Admitted {
  IncomingCall call;
  const ClientProfile* profile = nullptr;
  bool brief = false;
};

absl::StatusOr<Admitted> AdmitRequest(const ProfileTable& profiles, const std::string& client,
                                      const sti::v1::VerifyRequest& request) {
  Admitted admitted;
  STI_ASSIGN_OR_RETURN(admitted.profile, profiles.For(client, request.profile()));
  STI_ASSIGN_OR_RETURN(admitted.call, FromProto(request));
  admitted.brief = request.brief();
  return admitted;
}

using Responded = std::function<void(absl::StatusOr<sti::v1::VerifyResponse>)>;

struct Asker {
  std::string client, request_id;
};

void Judge(Verifier& verifier, const ProfileTable& profiles, const Asker& asker,
           const sti::v1::VerifyRequest& request, Responded done) {
  const auto admitted = AdmitRequest(profiles, asker.client, request);
  if (!admitted.ok()) {
    LogNotJudged(asker.client, asker.request_id, admitted.status());
    return done(admitted.status());
  }
  verifier.Verify(admitted->call, *admitted->profile,
                  [profile = admitted->profile, brief = admitted->brief, asker,
                   done = std::move(done)](absl::StatusOr<stir::CallVerdict> verdict) {
                    if (!verdict.ok()) {
                      LogNotJudged(asker.client, asker.request_id, verdict.status());
                      return done(verdict.status());
                    }
                    LogJudged(asker.client, asker.request_id, verdict->reason);
                    done(edge::ToProto(*verdict, profile->reply, profile->name, brief));
                  });
}

// The rows of one batch, filled as their verdicts come.
struct Batch {
  std::vector<absl::StatusOr<sti::v1::VerifyResponse>> rows;
  std::atomic<size_t> missing;
};

void Fill(Batch& batch, sti::v1::VerifyBatchResponse& response) {
  for (size_t i = 0; i < batch.rows.size(); ++i) {
    sti::v1::VerifyResult& result = *response.add_results();
    if (batch.rows[i].ok()) {
      *result.mutable_response() = *std::move(batch.rows[i]);
    } else {
      *result.mutable_error() =
          rpc::ToErrorDetail(PrefixField(absl::StrCat("requests[", i, "]"), batch.rows[i].status()));
    }
  }
}

// What a purge names. kInvalidField when it names nothing, or a URL or host that is none.
absl::StatusOr<std::function<bool(const std::string&)>> PurgeFilter(
    const sti::v1::PurgeCertificatesRequest& request) {
  if (request.all()) return [](const std::string&) { return true; };
  if (request.urls().empty() && request.hosts().empty()) {
    return MakeError(Reason::kInvalidField, "urls", "urls, hosts or all must say what to forget");
  }
  absl::flat_hash_set<std::string> urls(request.urls().begin(), request.urls().end()), hosts;
  for (const std::string& url : urls) {
    const auto parsed = codec::Url::Parse(url);
    if (!parsed.ok()) return MakeError(Reason::kInvalidField, "urls", parsed.status().message());
  }
  for (int i = 0; i < request.hosts_size(); ++i) {
    // As the host of a URL counts, in one spelling.
    const auto url = codec::Url::Parse(absl::StrCat("https://", request.hosts(i), "/"));
    if (!url.ok() || url->port() != 443 || absl::StrContains(request.hosts(i), "/")) {
      return MakeError(Reason::kInvalidField, absl::StrCat("hosts[", i, "]"), "is no host name or address");
    }
    hosts.insert(url->host());
  }
  return [urls = std::move(urls), hosts = std::move(hosts)](const std::string& cached) {
    if (urls.count(cached) != 0) return true;
    const auto url = codec::Url::Parse(cached);
    return url.ok() && hosts.count(url->host()) != 0;
  };
}

void SetTime(absl::Time time, google::protobuf::Timestamp& proto) {
  proto.set_seconds(absl::ToUnixSeconds(time));
}

void Show(const TrustDomain& domain, const DomainHealth& health, sti::v1::TrustDomainStatus& status) {
  status.set_name(domain.rules->name);
  status.set_trouble(health.trouble);
  if (domain.state == nullptr) return;
  const TrustState& state = *domain.state;
  status.set_trust_list_sequence(state.sequence);
  SetTime(state.expires, *status.mutable_trust_list_expires());
  if (health.list_confirmed > absl::InfinitePast()) {
    SetTime(health.list_confirmed, *status.mutable_trust_list_confirmed());
  }
  status.set_anchors(static_cast<int32_t>(state.anchors.roots().size()));
  if (state.numbers != nullptr) {
    status.set_number_list_sequence(state.numbers->sequence());
    status.set_number_list_ranges(static_cast<int64_t>(state.numbers->size()));
  }
  if (state.crl != nullptr) {
    status.set_crl_number(state.crl->number());
    SetTime(state.crl->next_update(), *status.mutable_crl_next_update());
    if (health.crl_confirmed > absl::InfinitePast()) {
      SetTime(health.crl_confirmed, *status.mutable_crl_confirmed());
    }
    status.set_revoked_certificates(static_cast<int64_t>(state.crl->size()));
  }
}

// The fields that are older than trust domains.
void ShowFirst(const sti::v1::TrustDomainStatus& first, sti::v1::GetTrustStatusResponse& response) {
  response.set_trust_list_sequence(first.trust_list_sequence());
  if (first.has_trust_list_expires()) *response.mutable_trust_list_expires() = first.trust_list_expires();
  response.set_anchors(first.anchors());
  response.set_crl_number(first.crl_number());
  if (first.has_crl_next_update()) *response.mutable_crl_next_update() = first.crl_next_update();
  response.set_revoked_certificates(first.revoked_certificates());
}

}  // namespace

VerificationService::VerificationService(Verifier& verifier, CertificateCache& cache, const TrustBoard& trust,
                                         DomainHealths health, const ReplayGuard* replay,
                                         ProfileTable profiles, std::vector<std::string> admins,
                                         SaveCertificates save)
    : verifier_(verifier),
      cache_(cache),
      trust_(trust),
      health_(std::move(health)),
      replay_(replay),
      profiles_(std::move(profiles)),
      admins_(std::move(admins)),
      save_(std::move(save)) {}

absl::Status VerificationService::Admit(const grpc::CallbackServerContext& context) const {
  return profiles_.For(rpc::ClientIdentity(context), "").status();
}

grpc::ServerUnaryReactor* VerificationService::Verify(grpc::CallbackServerContext* context,
                                                      const sti::v1::VerifyRequest* request,
                                                      sti::v1::VerifyResponse* response) {
  auto* reactor = new Reactor;  // deletes itself in OnDone
  Judge(verifier_, profiles_, {rpc::ClientIdentity(*context), rpc::RequestIdOf(*context)}, *request,
        [reactor, response, ending = reactor->ending()](absl::StatusOr<sti::v1::VerifyResponse> answer) {
          if (!ending->Claim()) return;
          const absl::Status status = answer.status();
          if (status.ok()) *response = *std::move(answer);
          reactor->Finish(rpc::ToGrpcStatus(status));
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
  const Asker asker{rpc::ClientIdentity(*context), rpc::RequestIdOf(*context)};
  for (size_t i = 0; i < size; ++i) {
    Judge(verifier_, profiles_, asker, request->requests(static_cast<int>(i)),
          [batch, i, release](absl::StatusOr<sti::v1::VerifyResponse> answer) {
            batch->rows[i] = std::move(answer);
            release();
          });
  }
  release();
  return reactor;
}

grpc::ServerUnaryReactor* VerificationService::GetTrustStatus(
    grpc::CallbackServerContext* context, const sti::v1::GetTrustStatusRequest* /*request*/,
    sti::v1::GetTrustStatusResponse* response) {
  if (!rpc::RequireIdentity(*context, admins_).ok()) {
    if (const absl::Status admitted = Admit(*context); !admitted.ok()) return Answer(*context, admitted);
  }
  const std::shared_ptr<const TrustSet> trust = trust_.Get();
  const std::vector<std::shared_ptr<const DomainHealth>> health = health_();
  for (size_t i = 0; i < trust->domains.size(); ++i) {
    Show(trust->domains[i], *health[i], *response->add_domains());
  }
  ShowFirst(response->domains(0), *response);
  response->set_cached_chains(static_cast<int64_t>(cache_.size()));
  if (replay_ != nullptr) {
    response->mutable_replay()->set_remembered(static_cast<int64_t>(replay_->remembered()));
    response->mutable_replay()->set_shared_store(replay_->shared_store());
  }
  return Answer(*context, absl::OkStatus());
}

grpc::ServerUnaryReactor* VerificationService::PurgeCertificates(
    grpc::CallbackServerContext* context, const sti::v1::PurgeCertificatesRequest* request,
    sti::v1::PurgeCertificatesResponse* response) {
  if (const absl::Status admitted = rpc::RequireIdentity(*context, admins_); !admitted.ok()) {
    return Answer(*context, admitted);
  }
  const auto filter = PurgeFilter(*request);
  if (!filter.ok()) return Answer(*context, filter.status());
  response->set_purged(static_cast<int64_t>(cache_.Purge(*filter)));
  auto* reactor = new Reactor;
  save_([reactor, ending = reactor->ending()](const absl::Status& saved) {
    if (ending->Claim()) reactor->Finish(rpc::ToGrpcStatus(saved));
  });
  return reactor;
}

}  // namespace sti::vs
