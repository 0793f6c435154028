#include "services/as/as_daemon.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/admin/access_log.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/daemon.h"
#include "common/daemon/files.h"
#include "common/daemon/log.h"
#include "common/files/file_watch.h"
#include "common/metrics/admin_port.h"
#include "common/metrics/database_metrics.h"
#include "common/metrics/http_metrics.h"
#include "common/metrics/rpc_metrics.h"
#include "common/metrics/tls_metrics.h"
#include "services/as/records_config.h"

namespace sti::as {
namespace {

std::vector<std::string> NamesOf(const ProviderTable& providers) {
  std::vector<std::string> names;
  for (const SigningProviderOptions& provider : providers.all()) names.push_back(provider.name);
  return names;
}

status::TlsUses TlsUsesOf(const sti::config::v1::AuthenticationServer& config) {
  status::TlsUses uses = {{"grpc", config.grpc().tls().certificate_file()},
                          {"admin_port", config.admin_port().certificate_file()},
                          {"rest", config.rest().certificate_file()},
                          {"verification", config.verification().tls().certificate_file()}};
  for (const auto& provider : config.providers()) {
    const auto& enrolment = provider.enrolment();
    uses.emplace_back(absl::StrCat("pa_", provider.name()), enrolment.pa().tls().certificate_file());
    uses.emplace_back(absl::StrCat("ca_", provider.name()), enrolment.ca().tls().certificate_file());
  }
  return uses;
}

}  // namespace

AsDaemon::AsDaemon(AsOptions options, const Clock& clock, const Random& random)
    : options_(std::move(options)),
      clock_(clock),
      random_(random),
      lacking_(NamesOf(options_.providers),
               [this](const std::vector<std::string>& lacking, const std::vector<std::string>& trouble) {
                 // None yet when a start fails.
                 if (server_ != nullptr) server_->SetServing(lacking, trouble);
               }) {}

AsDaemon::~AsDaemon() { Stop(absl::ZeroDuration()); }

absl::Status AsDaemon::OpenProviders(const sti::config::v1::AuthenticationServer& config) {
  for (int i = 0; i < config.providers_size(); ++i) {
    const auto place = static_cast<size_t>(i);
    auto provider = ProviderDaemon::Open(
        config.providers(i), options_.enrolments[place], config.state_dir(),
        {clock_, random_,
         [this, place](const std::vector<std::string>& lacking, const std::vector<std::string>& trouble) {
           lacking_.Set(place, lacking, trouble);
         },
         self_check_->self_check(), self_check_->looks()});
    if (!provider.ok()) return PrefixField(absl::StrCat("providers[", i, "]"), provider.status());
    providers_.push_back(*std::move(provider));
  }
  return absl::OkStatus();
}

absl::Status AsDaemon::OpenRecords(const sti::config::v1::AuthenticationServer& config) {
  auto records = CallLog::Open(CallLogOptionsFrom(config.records(), config.state_dir()), clock_,
                               [this] { lacking_.SetDaemon("records", {}, records_->Lacking()); });
  if (!records.ok()) return PrefixField("records", records.status());
  records_ = *std::move(records);
  signing_metrics_ = std::make_unique<SigningMetrics>(metrics_, options_.providers, *records_);
  tally_ = std::make_unique<CallTally>(*signing_metrics_, clock_);
  return absl::OkStatus();
}

absl::Status AsDaemon::OpenSigning(const sti::config::v1::AuthenticationServer& config) {
  std::vector<const KeyRingSnapshot*> rings;
  for (const auto& provider : providers_) rings.push_back(&provider->ring());
  SigningDaemonParts parts{std::move(rings),
                           clock_,
                           random_,
                           tally_.get(),
                           [this] { return self_check_->clock_watch().Check(); },
                           [this](const absl::Status& why) {
                             signing_metrics_->Refused(why);
                             tally_->Refused(why);
                           },
                           &signing_meters_};
  STI_ASSIGN_OR_RETURN(signing_, SigningDaemon::Open(config, options_, std::move(parts)));
  service_ = std::make_unique<AuthenticationService>(signing_->desk());
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<AsDaemon>> AsDaemon::Start(const sti::config::v1::AuthenticationServer& config,
                                                          const Clock& clock, const Random& random) {
  STI_ASSIGN_OR_RETURN(AsOptions options, OptionsFrom(config));
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(config.state_dir()));
  std::unique_ptr<AsDaemon> as(new AsDaemon(std::move(options), clock, random));
  STI_ASSIGN_OR_RETURN(as->self_check_, SelfCheckDaemon::Open(config, clock));
  STI_RETURN_IF_ERROR(as->OpenProviders(config));
  STI_RETURN_IF_ERROR(as->OpenRecords(config));
  STI_RETURN_IF_ERROR(as->OpenSigning(config));
  STI_RETURN_IF_ERROR(as->OpenProvisioning(config));
  as->MakeAdmin();
  std::vector<grpc::Service*> services = {as->service_.get(), as->signing_admin_.get()};
  for (grpc::Service* service : as->provisioning_->services()) services.push_back(service);
  STI_ASSIGN_OR_RETURN(as->server_,
                       rpc::Server::Start(config.grpc(), services,
                                          metrics::CountAccessRefusals(as->metrics_, admin::LogAccessRefusal),
                                          files::FileWatch::OfProcess(), metrics::CountRpcs(as->metrics_)));
  as->provisioning_->Start(config, [daemon = as.get()](std::vector<std::string> trouble) {
    daemon->lacking_.SetDaemon("provisioning", {}, std::move(trouble));
  });
  as->records_->Start();
  STI_RETURN_IF_ERROR(as->StartRest());
  STI_RETURN_IF_ERROR(as->StartAdminPort(config));
  for (size_t i = 0; i < as->providers_.size(); ++i) {
    const absl::Status started = as->providers_[i]->Start();
    if (!started.ok()) return PrefixField(absl::StrCat("providers[", i, "]"), started);
  }
  as->StartSelfCheck();
  return as;
}

absl::Status AsDaemon::OpenProvisioning(const sti::config::v1::AuthenticationServer& config) {
  STI_ASSIGN_OR_RETURN(
      provisioning_,
      ProvisioningDaemon::Open(config, {options_.providers, signing_->policy(), signing_->provisioned(),
                                        signing_->state(), clock_, random_, metrics_}));
  return absl::OkStatus();
}

void AsDaemon::MakeAdmin() {
  std::vector<ProviderDaemon*> daemons;
  for (const auto& provider : providers_) daemons.push_back(provider.get());
  signing_admin_ = std::make_unique<SigningAdminService>(SigningAdminParts{
      provisioning_->gate(), options_.providers, std::move(daemons),
      [this](const Actor& actor, const SignerChange& change) {
        daemon::LogInfo("signer changed", {{"client", actor.client},
                                           {"request_id", actor.request_id},
                                           {"action", change.action},
                                           {"object", change.object},
                                           {"after", change.after}});
        return provisioning_->Audit(actor, {change.action, change.object, {change.spc}, "", change.after});
      },
      records_->folder()});
}

void AsDaemon::StartSelfCheck() {
  std::vector<LookoutPost> posts;
  for (const auto& provider : providers_) {
    posts.push_back({&provider->ring(), [provider = provider.get()](SelfCheckResult result) {
                       provider->TakeSelfCheck(std::move(result));
                     }});
  }
  self_check_->Start(std::move(posts), [this](const std::vector<std::string>& lacking,
                                              const std::vector<std::string>& trouble) {
    lacking_.SetDaemon("clock", lacking, trouble);
  });
}

std::vector<std::pair<std::string, int>> AsDaemon::publication_ports() const {
  std::vector<std::pair<std::string, int>> ports;
  for (size_t i = 0; i < providers_.size(); ++i) {
    const auto port = providers_[i]->publication_port();
    if (port) ports.emplace_back(options_.providers.all()[i].name, *port);
  }
  return ports;
}

absl::Status AsDaemon::StartRest() {
  if (!options_.rest.has_value()) return absl::OkStatus();
  rest_routes_ = std::make_unique<RestRoutes>(
      [this](const std::string& client) { return signing_->desk().ClientOf(client).status(); },
      [this](const RestRoutes::Client& client, const OutgoingCall& call, const RestRoutes::Done& done) {
        signing_->desk().Sign(client.identity, client.request_id, call,
                              [done](absl::StatusOr<std::vector<SignedCall>> signed_calls) {
                                if (!signed_calls.ok()) return done(signed_calls.status());
                                done(std::move(signed_calls->front().passport.identity));
                              });
      },
      options_.rest->api_keys, random_,
      [this](const RestRoutes::Client& client, const absl::Status& why) {
        signing_->desk().Refuse(client.identity, client.request_id, why).IgnoreError();  // told already
      });
  absl::StatusOr<std::unique_ptr<http::HttpServer>> server = http::StartHttpsServer(
      options_.rest->https,
      metrics::CountRequests(
          metrics_, "rest",
          http::AsyncHttpHandler([routes = rest_routes_.get()](const http::HttpRequest& request,
                                                               const http::HttpAnswer& answer) {
            routes->Handle(request, answer);
          })));
  if (!server.ok()) return PrefixField("rest", server.status());
  rest_server_ = *std::move(server);
  return absl::OkStatus();
}

void AsDaemon::Measure(const status::TlsUses& tls) {
  metrics::ExposeTlsFiles(metrics_, tls);
  sampler_.Start({metrics::SampleAudit(metrics_, [this] { return provisioning_->AuditWaiting(); })});
}

void AsDaemon::MakeStatusPage(const sti::config::v1::AuthenticationServer& config, status::TlsUses tls) {
  status_page_ = std::make_unique<status::Overview>(
      [this, tls = std::move(tls),
       facts = status::FactsOfThisDaemon("sti-as", daemon::kVersion, daemon::ConfigFile(), clock_.TimeNow(),
                                         config.log().mask_numbers())] {
        return StatusPageOf(facts, View(), *tally_, tls);
      });
}

StatusView AsDaemon::View() const {
  StatusView view;
  view.now = clock_.TimeNow();
  view.health = {lacking_.OfAll(), server_->Trouble()};
  for (size_t i = 0; i < providers_.size(); ++i) {
    const SigningProviderOptions& provider = options_.providers.all()[i];
    view.providers.push_back(
        {provider.name, provider.spc, providers_[i]->enrolment().state().Get(), providers_[i]->self_check()});
  }
  view.in_flight = signing_->in_flight();
  view.clock_offset = self_check_->clock_watch().Offset();
  view.clock_known = self_check_->clock_watch().HasReference();
  return view;
}

absl::Status AsDaemon::StartAdminPort(const sti::config::v1::AuthenticationServer& config) {
  if (!config.has_admin_port()) return absl::OkStatus();
  const status::TlsUses tls = TlsUsesOf(config);
  Measure(tls);
  MakeStatusPage(config, tls);
  metrics_.OnScrape([this] {
    const ClockWatch& clock = self_check_->clock_watch();
    signing_metrics_->ReportClock(clock.Offset(), clock.HasReference());
    signing_metrics_->ReportInFlight(signing_->in_flight());
    for (size_t i = 0; i < providers_.size(); ++i) {
      const auto state = providers_[i]->enrolment().state().Get();
      const auto check = providers_[i]->self_check();
      signing_metrics_->ReportSigner(i, state.get(), check.get());
    }
    signing_metrics_->ReportRecords();
  });
  const http::HttpHandler page = [this](const http::HttpRequest& request) {
    return status_page_->Answer(request);
  };
  STI_ASSIGN_OR_RETURN(admin_server_,
                       metrics::StartAdminPort(config.admin_port(), {"sti-as",
                                                                     metrics_,
                                                                     [this] { return lacking_.OfAll(); },
                                                                     {{"/", page}},
                                                                     [this] { return server_->Trouble(); }}));
  return absl::OkStatus();
}

std::optional<int> AsDaemon::admin_port() const {
  if (admin_server_ == nullptr) return std::nullopt;
  return admin_server_->port();
}

std::optional<int> AsDaemon::rest_port() const {
  if (rest_server_ == nullptr) return std::nullopt;
  return rest_server_->port();
}

void AsDaemon::Stop(absl::Duration grace) {
  if (admin_server_ != nullptr) admin_server_->Shutdown(absl::ZeroDuration());
  sampler_.Stop();
  if (self_check_ != nullptr) self_check_->Stop();
  for (const auto& provider : providers_) provider->Stop();
  if (service_ != nullptr) service_->EndStreams();
  if (rest_server_ != nullptr) rest_server_->Shutdown(grace);
  if (server_ != nullptr) server_->Shutdown(grace);
  if (signing_ != nullptr) signing_->Stop();
  if (records_ != nullptr) records_->Stop();
  if (provisioning_ != nullptr) provisioning_->Stop();
}

}  // namespace sti::as
