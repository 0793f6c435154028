// Where signatures are asked for, over gRPC and over REST alike: whose client it is, limits, the incoming
// PASSporT of a diversion, then the signer.
#ifndef SERVICES_AS_SIGNING_DESK_H_
#define SERVICES_AS_SIGNING_DESK_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/metrics/stopwatch.h"
#include "common/stir/passport_type.h"
#include "services/as/call_limits.h"
#include "services/as/call_signer.h"
#include "services/as/incoming_verifier.h"
#include "services/as/outgoing_call.h"
#include "services/as/provider_table.h"
#include "services/as/provisioned_view.h"
#include "services/as/signing_client.h"
#include "services/as/signing_meters.h"

namespace sti::as {

// Thread-safe.
class SigningDesk {
 public:
  // One a type, in their order.
  using Done = std::function<void(absl::StatusOr<std::vector<SignedCall>>)>;

  // Told why a call is not signed.
  using Refused = std::function<void(const absl::Status&)>;

  // `verifier` null: only clients that verify incoming calls themselves may have diversions signed. All must
  // outlive it. `refused` may be empty, `meters` null.
  SigningDesk(const ProviderTable& providers, const ProvisionedSnapshot& provisioned,
              const CallSigner& signer, CallLimits& limits, IncomingVerifier* verifier,
              Refused refused = nullptr, const SigningMeters* meters = nullptr)
      : providers_(providers),
        provisioned_(provisioned),
        signer_(signer),
        limits_(limits),
        verifier_(verifier),
        refused_(std::move(refused)),
        meters_(meters) {}

  // FindSigningClient, of now.
  absl::StatusOr<SigningClient> ClientOf(const std::string& identity) const;

  // Signs by call.ppt. Calls back exactly once: at once, or, for a diversion that sti-vs is asked about, on
  // another thread. Errors of ClientOf, CallLimits::Admit, CallSigner and IncomingVerifier;
  // kIncomingNotVerified without verifier.
  void Sign(const std::string& identity, std::string request_id, OutgoingCall call, Done done) const;
  // Signs a PASSporT of each type, all or none; call.ppt is not looked at.
  void SignAll(const std::string& identity, std::string request_id, OutgoingCall call,
               absl::Span<const stir::PassportType> types, Done done) const;

  // Counts and logs a call of which an edge can make no request. Strangers hear why as they do from Sign:
  // whatever they send, that they are strangers.
  absl::Status Refuse(const std::string& identity, const std::string& request_id,
                      const absl::Status& why) const;

 private:
  void Note(const std::string& identity, const std::string& request_id, const absl::Status& why) const;
  absl::StatusOr<CallLimits::Admission> Admit(const SigningClient& client, const OutgoingCall& call,
                                              size_t passports) const;
  // Who asked, and where the answer goes.
  struct Asker {
    std::string client, request_id;
    Done done;
    metrics::Stopwatch watch;
  };
  void Answer(Asker& asker, absl::StatusOr<std::vector<SignedCall>> result) const;
  void Verify(CallLimits::Admission admission, PreparedCall prepared, Asker asker) const;

  const ProviderTable& providers_;
  const ProvisionedSnapshot& provisioned_;
  const CallSigner& signer_;
  CallLimits& limits_;
  IncomingVerifier* const verifier_;
  const Refused refused_;
  const SigningMeters* const meters_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_SIGNING_DESK_H_
