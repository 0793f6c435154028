// The signing path of sti-as, wired by hand: provisioning in memory, policy, limits, the question to sti-vs,
// signer, desk.
#ifndef SERVICES_AS_SIGNING_DAEMON_H_
#define SERVICES_AS_SIGNING_DAEMON_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/as_config.h"
#include "services/as/attestation_policy.h"
#include "services/as/call_limits.h"
#include "services/as/call_record.h"
#include "services/as/call_signer.h"
#include "services/as/incoming_client.h"
#include "services/as/provisioned_state.h"
#include "services/as/signing_desk.h"
#include "services/as/signing_meters.h"

namespace sti::as {

// What the rest of the daemon gives.
struct SigningDaemonParts {
  std::vector<const KeyRingSnapshot*> rings;  // one a provider
  const Clock& clock;
  const Random& random;
  CallRecorder* recorder = nullptr;           // null: no records
  std::function<absl::Status()> clock_check;  // empty: the clock is right
  SigningDesk::Refused refused;               // may be empty
  const SigningMeters* meters = nullptr;      // null: nothing is timed
};

// Thread-safe.
class SigningDaemon {
 public:
  // `options` and what `parts` refer to must outlive it. Makes the secrets of origids that are missing.
  // Errors of LoadOrigidKey, with the path of the key as field, and of rpc::Peer::Open.
  static absl::StatusOr<std::unique_ptr<SigningDaemon>> Open(
      const sti::config::v1::AuthenticationServer& config, const AsOptions& options,
      SigningDaemonParts parts);

  const SigningDesk& desk() const { return desk_; }
  const AttestationPolicy& policy() const { return policy_; }
  // Empty until somebody fills it.
  ProvisionedState& state() { return state_; }
  const ProvisionedSnapshot& provisioned() const { return provisioned_; }
  // PASSporTs that were let in and are not answered yet.
  int64_t in_flight() const { return limits_.in_flight(); }
  // Calls that wait for sti-vs fail.
  void Stop();

 private:
  SigningDaemon(const AsOptions& options, SigningDaemonParts parts, std::vector<Secret> origid_keys,
                std::unique_ptr<IncomingClient> incoming);

  ProvisionedSnapshot provisioned_;
  ProvisionedState state_;
  const AttestationPolicy policy_;
  CallLimits limits_;
  const CallSigner signer_;
  // Before `incoming_` ends, no answer of it is on its way to the signer.
  const std::unique_ptr<IncomingClient> incoming_;
  const SigningDesk desk_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_SIGNING_DAEMON_H_
