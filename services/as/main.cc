// sti-as: authentication service. Wires the parts by hand.
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/crypto/system_random.h"
#include "common/daemon/daemon.h"
#include "common/daemon/files.h"
#include "common/rpc/channel.h"
#include "common/rpc/server.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/as_config.h"
#include "services/as/authentication_service.h"
#include "services/as/call_signer.h"
#include "services/as/credential_store.h"
#include "services/as/enroller.h"
#include "services/as/enrolment.h"
#include "services/as/enrolment_client.h"
#include "services/as/key_ring.h"

namespace sti::as {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(5);

absl::Status Run(const sti::config::v1::AuthenticationServer& config, daemon::Lifetime& lifetime) {
  STI_ASSIGN_OR_RETURN(const AsOptions options, OptionsFrom(config));
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(config.state_dir()));
  const Clock& clock = SystemClock::Instance();
  const Random& random = crypto::SystemRandom::Instance();
  CredentialStore store(config.state_dir());
  KeyRingSnapshot ring;
  const CallSigner signer(ring, clock, random, options.signer);
  STI_ASSIGN_OR_RETURN(const auto pa, rpc::OpenChannel(config.pa()));
  STI_ASSIGN_OR_RETURN(const auto ca, rpc::OpenChannel(config.ca()));
  EnrolmentClient peers(pa, ca);
  Enroller enroller(peers, store, clock, options.applicant);

  AuthenticationService service(signer, {config.clients().begin(), config.clients().end()});
  STI_ASSIGN_OR_RETURN(const auto server, rpc::Server::Start(config.grpc(), {&service}));
  Enrolment enrolment(
      enroller, store, options.applicant.spc, ring, clock, random,
      [&server](const std::vector<std::string>& lacking) { server->SetServing(lacking); }, options.enrolment);
  STI_RETURN_IF_ERROR(enrolment.LoadStored());
  enrolment.Start();
  const absl::Status announced = lifetime.Announce(config.port_file(), {{"grpc", server->port()}});
  if (announced.ok()) lifetime.WaitForStop();

  peers.Cancel();
  enrolment.Stop();
  server->Shutdown(kGrace);
  return announced;
}

}  // namespace
}  // namespace sti::as

int main(int argc, char** argv) {
  sti::config::v1::AuthenticationServer config;
  return sti::daemon::RunDaemon(
      argc, argv, "sti-as", config, [&config] { return sti::as::OptionsFrom(config).status(); },
      [&config](sti::daemon::Lifetime& lifetime) { return sti::as::Run(config, lifetime); });
}
