// One call in, Identity headers out. No I/O.
#ifndef SERVICES_AS_CALL_SIGNER_H_
#define SERVICES_AS_CALL_SIGNER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/stir/passport_claims.h"
#include "common/stir/passport_signer.h"
#include "services/as/attestation_policy.h"
#include "services/as/call_record.h"
#include "services/as/diversion_incoming.h"
#include "services/as/key_ring.h"
#include "services/as/outgoing_call.h"
#include "services/as/provider_table.h"
#include "services/as/provisioned_view.h"
#include "services/as/signing_client.h"
#include "services/as/signing_meters.h"

namespace sti::as {

struct SignedCall {
  stir::SignedPassport passport;
  std::string x5u, spc;
  std::string origid;  // empty but for shaken
  int64_t iat = 0;     // seconds since 1970 UTC
  absl::Time certificate_expires;
  std::string certificate_serial;                       // hexadecimal
  stir::Attestation attest = stir::Attestation::kNone;  // none but for shaken
  std::string attest_rule;
};

struct CallSignerOptions {
  absl::Duration freshness = absl::Seconds(60);
};

// What signatures are made of. What it refers to must outlive the signer.
struct CallSignerParts {
  const ProviderTable& providers;
  std::vector<const KeyRingSnapshot*> rings;  // one a provider
  const Clock& clock;
  const AttestationPolicy& policy;
  const ProvisionedSnapshot& provisioned;
  CallRecorder* recorder = nullptr;           // null: nobody keeps records
  std::function<absl::Status()> clock_check;  // ClockWatch::Check; empty: the clock is right
  const SigningMeters* meters = nullptr;      // null: no clock is read for them
};

// A call that has passed every check of the request itself. Only Prepare makes one.
struct PreparedCall {
  SigningClient client;
  std::string request_id;
  OutgoingCall call;
  std::vector<stir::PassportClaims> claims;  // one a type
  std::optional<IncomingCall> incoming;      // of a diversion: to be verified before Finish
};

// Thread-safe; takes a reader's lock for key ring and provisioning and no other.
class CallSigner {
 public:
  CallSigner(CallSignerParts parts, const CallSignerOptions& options);

  // Claims, freshness and clock. `types`: 1 to limits::kPassportsPerCall. Errors carry the path of the field
  // in SignRequest: those of MakeOutgoingClaims and FindIncoming; kIatStale, kIatInFuture; kClockWrong.
  absl::StatusOr<PreparedCall> Prepare(SigningClient client, std::string request_id, OutgoingCall call,
                                       absl::Span<const stir::PassportType> types) const;

  // Policy, profile, certificate, record, signatures: all PASSporTs or none, with the same iat, in the order
  // of the types. Whoever calls this for a diversion has seen to `incoming`. Errors of AuthorityFor,
  // AddProfile and CheckOwnCertificate; kNotReady without a credential; kCertificateExpired,
  // kCertificateNotYetValid; kTooLarge when a PASSporT would be; kOverloaded (records); kInternal.
  absl::StatusOr<std::vector<SignedCall>> Finish(PreparedCall prepared) const;

  // Whether limits are to be waived for the call; as far as it can be understood.
  bool IsEmergency(const SigningClient& client, const OutgoingCall& call) const;

 private:
  absl::StatusOr<int64_t> CheckedIat(std::optional<int64_t> asked, absl::Time now) const;
  absl::StatusOr<SigningCredentialPtr> CredentialFor(const PreparedCall& prepared, absl::Time now) const;

  const CallSignerParts parts_;
  const CallSignerOptions options_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_CALL_SIGNER_H_
