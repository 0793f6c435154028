#include "services/pa/pa_daemon.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/files.h"
#include "common/daemon/log.h"
#include "common/store/open_database.h"
#include "services/pa/authority_changes.h"
#include "services/pa/pa_schema.h"
#include "services/pa/provider_changes.h"

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

}  // namespace

PaDaemon::PaDaemon(PaSettings settings, std::unique_ptr<store::Database> database, const Clock& clock,
                   const Random& random)
    : settings_(std::move(settings)),
      database_(std::move(database)),
      gate_(settings_.roles, random),
      publisher_(*database_, settings_.signer, settings_.crl_signer, settings_.publisher, clock),
      watchers_(publisher_, limits::kTrustWatchers),
      providers_(*database_, clock),
      authorities_(*database_, publisher_, clock),
      revocations_(*database_, publisher_, clock),
      numbers_(*database_, publisher_),
      tokens_(*database_, settings_.signer, settings_.token_lifetime, clock, random),
      changes_(*database_, clock, random, settings_.four_eyes, ActionsOf(authorities_, providers_)),
      spc_tokens_service_(tokens_, settings_.publisher.crl_url, gate_),
      trust_service_(publisher_, watchers_),
      policy_admin_service_({providers_, authorities_, revocations_, numbers_, tokens_, changes_}, gate_,
                            RevocationReporters(settings_.revocation_reporters)) {
  publisher_.OnChange([this] { watchers_.Notify(); });
}

absl::StatusOr<std::unique_ptr<PaDaemon>> PaDaemon::Start(
    const sti::config::v1::PolicyAdministratorServer& config, const Clock& clock, const Random& random) {
  STI_ASSIGN_OR_RETURN(PaSettings settings, LoadPaSettings(config, clock.TimeNow()));
  if (!settings.four_eyes.required) {
    daemon::LogWarning("four_eyes is off: one person alone approves providers and CAs and revokes providers",
                       {});
  }
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(settings.state_dir));
  STI_ASSIGN_OR_RETURN(std::unique_ptr<store::Database> database,
                       store::OpenDatabase(settings.database, Migrations()));
  std::unique_ptr<PaDaemon> pa(new PaDaemon(std::move(settings), std::move(database), clock, random));
  STI_RETURN_IF_ERROR(pa->publisher_.PublishTrustList());
  STI_RETURN_IF_ERROR(pa->publisher_.PublishCrl());
  STI_RETURN_IF_ERROR(pa->publisher_.PublishNumberList());
  STI_ASSIGN_OR_RETURN(pa->server_,
                       rpc::Server::Start(config.grpc(), {&pa->spc_tokens_service_, &pa->trust_service_,
                                                          &pa->policy_admin_service_}));
  pa->server_->SetServing(pa->publisher_.Lacking());
  pa->renewer_ = std::thread([daemon = pa.get()] { daemon->Renew(); });
  return pa;
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
    const std::vector<std::string> lacking = publisher_.Lacking();
    if (server_->SetServing(lacking)) {
      daemon::LogWarning("health changed", {{"lacking", absl::StrJoin(lacking, ", ")}});
    }
  }
}

void PaDaemon::Stop(absl::Duration grace) {
  pause_.Stop();
  if (renewer_.joinable()) renewer_.join();
  watchers_.Close();
  if (server_) server_->Shutdown(grace);
}

PaDaemon::~PaDaemon() { Stop(absl::ZeroDuration()); }

}  // namespace sti::pa
