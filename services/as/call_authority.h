// Whether a client may have a PASSporT of each type signed, by the provider's policy. A shaken PASSporT says
// how sure the provider is of the calling number; the others cannot say it, so they are signed by what they
// claim:
// * base, msg and rcd without iss speak for the calling number without reserve (RFC 8224 s6.2.1): only where
// the
//   policy decides A.
// * div and div-o speak so for the number that the call was diverted from (RFC 8946 s3): the same, with that
//   number as the caller's. A client that verifies incoming calls itself is taken at its word.
// * rph speaks for a namespace, rcd with iss for somebody else (RFC 9795 s10): any decision but a refusal.
// What is refused for the number itself (do-not-originate, emergency, prefixes) is refused for every type.
#ifndef SERVICES_AS_CALL_AUTHORITY_H_
#define SERVICES_AS_CALL_AUTHORITY_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/stir/passport_claims.h"
#include "services/as/attestation_policy.h"
#include "services/as/outgoing_call.h"
#include "services/as/signing_client.h"

namespace sti::as {

// The number that the policy is asked about: none for a URI, and for what no customer can have ("*67").
std::optional<NumberValue> NumberOf(const stir::PartyIdentity& party);

// Puts a destination into what the policy is asked.
void AddDestination(const stir::PartyIdentity& dest, CallToAttest& question);

// What was decided for the PASSporTs of one call.
struct CallAuthority {
  std::optional<AttestationDecision> caller;    // of those that say who calls
  std::optional<AttestationDecision> diverter;  // of div and div-o

  const AttestationDecision& For(stir::PassportType type) const {
    return stir::IsDiversion(type) ? *diverter : *caller;
  }
};

// Errors of AttestationPolicy::Decide; kAttestRefused, at the field of the number, for less than A where A is
// needed.
absl::StatusOr<CallAuthority> AuthorityFor(const AttestationPolicy& policy, const SigningClient& client,
                                           const OutgoingCall& call,
                                           const std::vector<stir::PassportClaims>& claims, absl::Time now);

// Puts the data of call.rcd_profile into every shaken and rcd PASSporT. Only for the profile's own customer,
// calling from a number of theirs, by ownership or letter: an attest that a client decided is no right to a
// name. kInvalidField (no such profile) and kAttestRefused, at rcd_profile.
absl::Status AddProfile(const ProvisionedView& view, const SigningClient& client, const OutgoingCall& call,
                        const AttestationDecision& decision, const stir::NumberingPlan& plan, absl::Time now,
                        std::vector<stir::PassportClaims>& claims);

// All destinations are emergency numbers or services.
bool CallsEmergencyOnly(const ProvisionedView& view, size_t provider, const stir::PassportClaims& claims);

}  // namespace sti::as

#endif  // SERVICES_AS_CALL_AUTHORITY_H_
