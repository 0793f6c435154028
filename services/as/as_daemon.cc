#include "services/as/as_daemon.h"

#include <string>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/daemon/files.h"
#include "common/rpc/channel.h"

namespace sti::as {

AsDaemon::AsDaemon(const sti::config::v1::AuthenticationServer& config, AsOptions options, const Peers& peers,
                   const Clock& clock, const Random& random)
    : options_(std::move(options)),
      store_(config.state_dir()),
      signer_(ring_, clock, random, options_.signer),
      peers_(peers.pa, peers.ca),
      enroller_(peers_, store_, clock, options_.applicant),
      service_(signer_, {config.clients().begin(), config.clients().end()}) {}

AsDaemon::~AsDaemon() { Stop(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<AsDaemon>> AsDaemon::Start(const sti::config::v1::AuthenticationServer& config,
                                                          const Clock& clock, const Random& random) {
  STI_ASSIGN_OR_RETURN(AsOptions options, OptionsFrom(config));
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(config.state_dir()));
  Peers peers;
  STI_ASSIGN_OR_RETURN(peers.pa, rpc::OpenChannel(config.pa()));
  STI_ASSIGN_OR_RETURN(peers.ca, rpc::OpenChannel(config.ca()));
  std::unique_ptr<AsDaemon> as(new AsDaemon(config, std::move(options), peers, clock, random));
  STI_ASSIGN_OR_RETURN(as->server_, rpc::Server::Start(config.grpc(), {&as->service_}));
  as->enrolment_ = std::make_unique<Enrolment>(
      as->enroller_, as->store_, as->options_.applicant.spc, as->ring_, clock, random,
      [server = as->server_.get()](const std::vector<std::string>& lacking) { server->SetServing(lacking); },
      as->options_.enrolment);
  STI_RETURN_IF_ERROR(as->enrolment_->LoadStored());
  as->enrolment_->Start();
  return as;
}

void AsDaemon::Stop(absl::Duration grace) {
  peers_.Cancel();
  if (enrolment_ != nullptr) enrolment_->Stop();
  if (server_ != nullptr) server_->Shutdown(grace);
}

}  // namespace sti::as
