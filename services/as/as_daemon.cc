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
               [this](const std::vector<std::string>& lacking) { server_->SetServing(lacking); }) {}

AsDaemon::~AsDaemon() { Stop(absl::ZeroDuration()); }

absl::Status AsDaemon::OpenProviders(const sti::config::v1::AuthenticationServer& config) {
  for (int i = 0; i < config.providers_size(); ++i) {
    const auto place = static_cast<size_t>(i);
    auto provider = ProviderDaemon::Open(
        config.providers(i), options_.enrolments[place], config.state_dir(), clock_, random_,
        [this, place](const std::vector<std::string>& lacking) { lacking_.Set(place, lacking); });
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
  for (size_t i = 0; i < as->providers_.size(); ++i) {
    const absl::Status started = as->providers_[i]->Start();
    if (!started.ok()) return PrefixField(absl::StrCat("providers[", i, "]"), started);
  }
  return as;
}

void AsDaemon::Stop(absl::Duration grace) {
  for (const auto& provider : providers_) provider->Stop();
  if (server_ != nullptr) server_->Shutdown(grace);
}

}  // namespace sti::as
