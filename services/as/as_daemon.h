// sti-as, wired by hand: key ring, enrolment, service and server.
#ifndef SERVICES_AS_AS_DAEMON_H_
#define SERVICES_AS_AS_DAEMON_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/random.h"
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

// Starts without its peers; health says what it lacks.
class AsDaemon {
 public:
  // `clock` and `random` must outlive it. Errors of OptionsFrom, rpc::OpenChannel, rpc::Server::Start and
  // Enrolment::LoadStored.
  static absl::StatusOr<std::unique_ptr<AsDaemon>> Start(const sti::config::v1::AuthenticationServer& config,
                                                         const Clock& clock, const Random& random);
  ~AsDaemon();

  int grpc_port() const { return server_->port(); }
  // Ends the enrolment, lets calls under way finish within `grace`. Idempotent.
  void Stop(absl::Duration grace);

 private:
  struct Peers {
    std::shared_ptr<grpc::Channel> pa, ca;
  };
  AsDaemon(const sti::config::v1::AuthenticationServer& config, AsOptions options, const Peers& peers,
           const Clock& clock, const Random& random);

  const AsOptions options_;
  CredentialStore store_;
  KeyRingSnapshot ring_;
  const CallSigner signer_;
  EnrolmentClient peers_;
  Enroller enroller_;
  AuthenticationService service_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<Enrolment> enrolment_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_AS_DAEMON_H_
