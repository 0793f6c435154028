#include "services/pa/pa_daemon.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/admin/access_log.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/daemon.h"
#include "common/daemon/files.h"
#include "common/daemon/log.h"
#include "common/files/file_watch.h"
#include "common/http/message.h"
#include "common/metrics/admin_port.h"
#include "common/metrics/database_metrics.h"
#include "common/metrics/http_metrics.h"
#include "common/metrics/rpc_metrics.h"
#include "common/metrics/tls_metrics.h"
#include "common/rpc/peer.h"
#include "common/store/open_database.h"
#include "services/pa/authority_change_request.h"
#include "services/pa/authority_grpc_client.h"
#include "services/pa/document_metrics.h"
#include "services/pa/late_authorities.h"
#include "services/pa/pa_schema.h"
#include "services/pa/provider_change_request.h"
#include "services/pa/register_metrics.h"

namespace sti::pa {
namespace {

// Well within the half of a document's life that is left when it falls due; and how late we may hear of what
// another replica has written.
absl::Duration RenewalInterval(absl::Duration lifetime) {
  return std::clamp(lifetime / 8, absl::Milliseconds(250), absl::Seconds(2));
}

std::vector<ChangeAction> ActionsOf(const AuthorityRegistry& authorities, const ProviderRegistry& providers) {
  std::vector<ChangeAction> actions = ProviderActions(providers);
  actions.push_back(AuthorityApproval(authorities));
  return actions;
}

status::TlsUses TlsUsesOf(const sti::config::v1::PolicyAdministratorServer& config) {
  status::TlsUses uses = {{"grpc", config.grpc().tls().certificate_file()},
                          {"admin_port", config.admin_port().certificate_file()},
                          {"https", config.https().server().certificate_file()}};
  for (int i = 0; i < config.authorities_size(); ++i) {
    uses.emplace_back(absl::StrCat("ca_", i), config.authorities(i).tls().certificate_file());
  }
  return uses;
}

}  // namespace

PaDaemon::PaDaemon(PaSettings settings, std::unique_ptr<store::Database> database, const Clock& clock,
                   const Random& random)
    : settings_(std::move(settings)),
      clock_(clock),
      database_(
          std::make_unique<admin::DatabaseWatch>(metrics::CountUses(metrics_, std::move(database)), clock)),
      gate_(settings_.roles, random),
      audit_(*database_, gate_, clock),
      publisher_(*database_, settings_.signer, settings_.crl_signer, settings_.publisher, clock),
      watchers_(publisher_, limits::kTrustWatchers),
      providers_(*database_, clock, World()),
      authorities_(*database_, publisher_, clock),
      revocations_(*database_, publisher_, clock),
      numbers_(*database_, publisher_, clock),
      tokens_(*database_, settings_.signer, settings_.token_lifetime, clock, random,
              [this, count = CountTokens(metrics_)](const absl::Status& outcome) {
                count(outcome);
                tally_.Note(outcome, clock_.TimeNow());
              }),
      users_(*database_, clock, random),
      changes_(*database_, clock, random, settings_.four_eyes, ActionsOf(authorities_, providers_)),
      spc_tokens_service_(tokens_, settings_.publisher.crl_url, gate_),
      trust_service_(publisher_, watchers_),
      policy_admin_service_({providers_, authorities_, revocations_, numbers_, tokens_, users_, changes_},
                            gate_, RevocationReporters(settings_.revocation_reporters)) {
  publisher_.OnChange([this] { watchers_.Notify(); });
}

ProviderWorld PaDaemon::World() {
  ProviderWorld world;
  world.authorities = settings_.authorities;
  world.wake = [this] {
    for (const auto& revoker : revokers_) revoker->Wake();
  };
  world.publish_numbers = [this] {
    publisher_.PublishNumberList().IgnoreError();  // RenewIfDue tries again and reports
  };
  return world;
}

absl::Status PaDaemon::ReachAuthorities(const sti::config::v1::PolicyAdministratorServer& config) {
  for (int i = 0; i < config.authorities_size(); ++i) {
    absl::StatusOr<rpc::Peer> ca = rpc::Peer::Open(config.authorities(i));
    if (!ca.ok()) return PrefixField(absl::StrCat("authorities[", i, "]"), ca.status());
    revokers_.push_back(
        std::make_unique<SpcRevocationWorker>(*database_, config.authorities(i).target(),
                                              std::make_unique<AuthorityGrpcClient>(*std::move(ca)), clock_));
  }
  STI_RETURN_IF_ERROR(AskLateAuthorities(*database_, settings_.authorities, clock_.TimeNow()));
  for (const auto& revoker : revokers_) revoker->Start();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<PaDaemon>> PaDaemon::Start(
    const sti::config::v1::PolicyAdministratorServer& config, const Clock& clock, const Random& random) {
  STI_ASSIGN_OR_RETURN(PaSettings settings, LoadPaSettings(config, clock.TimeNow()));
  if (!settings.four_eyes.required) {
    daemon::LogWarning("four_eyes is off: one person alone approves providers and CAs and revokes providers",
                       {});
  }
  std::unique_ptr<HttpFront> front;
  if (settings.https) {
    absl::StatusOr<std::unique_ptr<HttpFront>> listening = HttpFront::Listen(settings.https->server);
    if (!listening.ok()) return PrefixField("https.server", listening.status());
    front = *std::move(listening);
    PublishAt(settings, PublicUrl(*settings.https, front->port()));
  }
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(settings.state_dir));
  STI_ASSIGN_OR_RETURN(std::unique_ptr<store::Database> database,
                       store::OpenDatabase(settings.database, Migrations()));
  std::unique_ptr<PaDaemon> pa(new PaDaemon(std::move(settings), std::move(database), clock, random));
  STI_RETURN_IF_ERROR(pa->ReachAuthorities(config));
  STI_RETURN_IF_ERROR(pa->publisher_.PublishTrustList());
  STI_RETURN_IF_ERROR(pa->publisher_.PublishCrl());
  STI_RETURN_IF_ERROR(pa->publisher_.PublishNumberList());
  if (front) pa->OpenHttps(std::move(front), clock, random);
  STI_ASSIGN_OR_RETURN(
      pa->server_, rpc::Server::Start(config.grpc(),
                                      {&pa->spc_tokens_service_, &pa->trust_service_, pa->audit_.service(),
                                       &pa->policy_admin_service_},
                                      metrics::CountAccessRefusals(pa->metrics_, admin::LogAccessRefusal),
                                      files::FileWatch::OfProcess(), metrics::CountRpcs(pa->metrics_)));
  pa->audit_.KeepFile(config.audit_file(), pa->settings_.state_dir, nullptr);
  pa->database_->Start(nullptr);
  STI_RETURN_IF_ERROR(pa->StartAdminPort(config));
  pa->server_->SetServing(pa->publisher_.Lacking());
  pa->renewer_ = std::thread([daemon = pa.get()] { daemon->Renew(); });
  return pa;
}

void PaDaemon::OpenHttps(std::unique_ptr<HttpFront> front, const Clock& clock, const Random& random) {
  std::vector<SignerChain> chains = settings_.next_signers;
  chains.push_back(settings_.signer.chain);
  chains.push_back(settings_.crl_signer.chain);
  https_ = std::make_unique<HttpInterface>(
      HttpInterface::World{*database_, publisher_, tokens_, clock, random}, settings_.https->sessions, chains,
      settings_.publisher.crl_url, settings_.https->places);
  front_ = std::move(front);
  front_->Open(metrics::CountRequests(
      metrics_, "https",
      http::HttpHandler([this](const http::HttpRequest& request) { return https_->Handle(request); })));
  daemon::LogInfo("HTTPS interface is open", {{"signer", settings_.signer.x5u},
                                              {"crl_signer", settings_.crl_signer.x5u},
                                              {"crl", settings_.publisher.crl_url}});
}

void PaDaemon::Renew() {
  while (pause_.For(RenewalInterval(settings_.publisher.lifetime))) {
    const absl::Status renewed = publisher_.RenewIfDue();
    if (!renewed.ok()) {
      daemon::LogError("signing failed", {{"document", FieldOf(renewed)},
                                          {"reason", ReasonName(ReasonOf(renewed))},
                                          {"detail", renewed.message()}});
    }
    const absl::Status expired = changes_.ExpireOverdue();
    if (!expired.ok()) {
      daemon::LogError("changes that nobody decided could not be dropped",
                       {{"reason", ReasonName(ReasonOf(expired))}, {"detail", expired.message()}});
    }
    const std::vector<std::string> lacking = Lacking();
    if (server_->SetServing(lacking)) {
      daemon::LogWarning("health changed", {{"lacking", absl::StrJoin(lacking, ", ")}});
    }
  }
}

std::vector<std::string> PaDaemon::Lacking() const {
  std::vector<std::string> lacking = publisher_.Lacking();
  for (const std::string& what : audit_.Lacking()) lacking.push_back(what);
  for (const std::string& what : database_->Lacking()) lacking.push_back(what);
  return lacking;
}

void PaDaemon::MakeStatusPage(const sti::config::v1::PolicyAdministratorServer& config, status::TlsUses tls) {
  status_page_ = std::make_unique<status::Overview>(
      [this, tls = std::move(tls),
       facts = status::FactsOfThisDaemon("sti-pa", daemon::kVersion, daemon::ConfigFile(), clock_.TimeNow(),
                                         config.log().mask_numbers())] {
        return StatusPageOf(facts, View(), tally_, tls);
      });
}

StatusView PaDaemon::View() const {
  StatusView view;
  view.now = clock_.TimeNow();
  view.health = {Lacking(), server_->Trouble()};
  view.list = publisher_.TrustList();
  view.crl = publisher_.Crl();
  view.numbers = publisher_.NumberList();
  view.waiting = CountWaiting(*database_, view.now);
  view.signers = {{"trust list, SPC tokens", settings_.signer.certificate()},
                  {"CRL", settings_.crl_signer.certificate()}};
  for (const auto& chain : settings_.next_signers) view.signers.emplace_back("next", chain.front());
  return view;
}

void PaDaemon::Measure(const status::TlsUses& tls) {
  metrics::ExposeTlsFiles(metrics_, tls);
  sampler_.Start({[this] { SampleRegister(metrics_, *database_, clock_.TimeNow()); },
                  metrics::SampleAudit(metrics_, [this] { return audit_.Waiting(); })});
}

absl::Status PaDaemon::StartAdminPort(const sti::config::v1::PolicyAdministratorServer& config) {
  if (!config.has_admin_port()) return absl::OkStatus();
  ReportSigner(metrics_, "documents", settings_.signer.chain.front().not_after());
  ReportSigner(metrics_, "crl", settings_.crl_signer.chain.front().not_after());
  const status::TlsUses tls = TlsUsesOf(config);
  Measure(tls);
  MakeStatusPage(config, tls);
  const http::HttpHandler page = [this](const http::HttpRequest& request) {
    return status_page_->Answer(request);
  };
  metrics_.OnScrape([this] {
    ReportDocuments(metrics_, publisher_.TrustList().get(), publisher_.Crl().get(),
                    publisher_.NumberList().get());
  });
  STI_ASSIGN_OR_RETURN(admin_server_,
                       metrics::StartAdminPort(config.admin_port(), {"sti-pa",
                                                                     metrics_,
                                                                     [this] { return Lacking(); },
                                                                     {{"/", page}},
                                                                     [this] { return server_->Trouble(); }}));
  return absl::OkStatus();
}

std::optional<int> PaDaemon::admin_port() const {
  if (admin_server_ == nullptr) return std::nullopt;
  return admin_server_->port();
}

void PaDaemon::Stop(absl::Duration grace) {
  if (admin_server_) admin_server_->Shutdown(absl::ZeroDuration());
  sampler_.Stop();
  pause_.Stop();
  if (renewer_.joinable()) renewer_.join();
  watchers_.Close();
  if (front_) front_->Shutdown(grace);
  if (server_) server_->Shutdown(grace);
  for (const auto& revoker : revokers_) revoker->Stop();
  audit_.Stop();
  database_->Stop();
}

PaDaemon::~PaDaemon() { Stop(absl::ZeroDuration()); }

}  // namespace sti::pa
