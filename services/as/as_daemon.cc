#include "services/as/as_daemon.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/files.h"

namespace sti::as {
namespace {

std::vector<std::string> NamesOf(const ProviderTable& providers) {
  std::vector<std::string> names;
  for (const SigningProviderOptions& provider : providers.all()) names.push_back(provider.name);
  return names;
}

}  // namespace

AsDaemon::AsDaemon(AsOptions options, const Clock& clock, const Random& random)
    : options_(std::move(options)),
      clock_(clock),
      random_(random),
      lacking_(NamesOf(options_.providers),
               [this](const std::vector<std::string>& lacking, const std::vector<std::string>& trouble) {
                 server_->SetServing(lacking, trouble);
               }) {}

AsDaemon::~AsDaemon() { Stop(absl::ZeroDuration()); }

absl::Status AsDaemon::OpenProviders(const sti::config::v1::AuthenticationServer& config) {
  for (int i = 0; i < config.providers_size(); ++i) {
    const auto place = static_cast<size_t>(i);
    auto provider = ProviderDaemon::Open(
        config.providers(i), options_.enrolments[place], config.state_dir(), clock_, random_,
        [this, place](const std::vector<std::string>& lacking, const std::vector<std::string>& trouble) {
          lacking_.Set(place, lacking, trouble);
        });
    if (!provider.ok()) return PrefixField(absl::StrCat("providers[", i, "]"), provider.status());
    providers_.push_back(*std::move(provider));
  }
  return absl::OkStatus();
}

void AsDaemon::MakeSigner() {
  std::vector<const KeyRingSnapshot*> rings;
  for (const auto& provider : providers_) rings.push_back(&provider->ring());
  signer_ = std::make_unique<CallSigner>(
      CallSignerParts{options_.providers, std::move(rings), clock_, random_}, options_.signer);
  service_ = std::make_unique<AuthenticationService>(options_.providers, *signer_);
}

absl::StatusOr<std::unique_ptr<AsDaemon>> AsDaemon::Start(const sti::config::v1::AuthenticationServer& config,
                                                          const Clock& clock, const Random& random) {
  STI_ASSIGN_OR_RETURN(AsOptions options, OptionsFrom(config));
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(config.state_dir()));
  std::unique_ptr<AsDaemon> as(new AsDaemon(std::move(options), clock, random));
  STI_RETURN_IF_ERROR(as->OpenProviders(config));
  as->MakeSigner();
  STI_ASSIGN_OR_RETURN(as->server_, rpc::Server::Start(config.grpc(), {as->service_.get()}));
  STI_RETURN_IF_ERROR(as->StartRest());
  for (size_t i = 0; i < as->providers_.size(); ++i) {
    const absl::Status started = as->providers_[i]->Start();
    if (!started.ok()) return PrefixField(absl::StrCat("providers[", i, "]"), started);
  }
  return as;
}

absl::Status AsDaemon::StartRest() {
  if (!options_.rest.has_value()) return absl::OkStatus();
  rest_routes_ = std::make_unique<RestRoutes>(
      [this](const std::string& client) { return ProviderOf(client).status(); },
      [this](const RestRoutes::Client& client, const OutgoingCall& call, const RestRoutes::Done& done) {
        const absl::StatusOr<size_t> provider = ProviderOf(client.identity);
        if (!provider.ok()) return done(provider.status());
        absl::StatusOr<SignedCall> signed_call = signer_->Sign(*provider, call);
        if (!signed_call.ok()) return done(signed_call.status());
        done(std::move(signed_call->passport.identity));
      },
      options_.rest->api_keys, random_);
  absl::StatusOr<std::unique_ptr<http::HttpServer>> server = http::StartHttpsServer(
      options_.rest->https,
      http::AsyncHttpHandler(
          [routes = rest_routes_.get()](const http::HttpRequest& request, const http::HttpAnswer& answer) {
            routes->Handle(request, answer);
          }));
  if (!server.ok()) return PrefixField("rest", server.status());
  rest_server_ = *std::move(server);
  return absl::OkStatus();
}

absl::StatusOr<size_t> AsDaemon::ProviderOf(const std::string& client) const {
  if (const auto found = options_.providers.ClientOf(client)) return found->provider;
  return MakeError(Reason::kPermissionDenied, "the client belongs to no provider");
}

std::optional<int> AsDaemon::rest_port() const {
  if (rest_server_ == nullptr) return std::nullopt;
  return rest_server_->port();
}

void AsDaemon::Stop(absl::Duration grace) {
  for (const auto& provider : providers_) provider->Stop();
  if (rest_server_ != nullptr) rest_server_->Shutdown(grace);
  if (server_ != nullptr) server_->Shutdown(grace);
}

}  // namespace sti::as
