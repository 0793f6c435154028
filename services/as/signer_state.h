// What a provider signs with, will sign with and has signed with, for admins and metrics: plain data.
#ifndef SERVICES_AS_SIGNER_STATE_H_
#define SERVICES_AS_SIGNER_STATE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/base/snapshot.h"
#include "services/as/key_ring.h"

namespace sti::as {

// A certificate of the ring.
struct HeldCertificate {
  SigningCredentialPtr credential;
  bool imported = false;
  absl::Time since;  // when it came
};

// Immutable once it is in a snapshot.
struct SignerState {
  std::optional<HeldCertificate> current, next, previous;
  // When the current one is renewed; none when nothing renews it.
  std::optional<absl::Time> renewal;
  // What keeps the provider from signing, and what will unless somebody looks after it.
  std::vector<std::string> lacking, trouble;
  // Expiry of the last SPC token.
  std::optional<absl::Time> token_expires;
  // Since the start.
  int64_t enrolments = 0, failed_enrolments = 0;
};

// Never null once Enrolment::LoadStored has run.
using SignerStateSnapshot = Snapshot<SignerState>;

}  // namespace sti::as

#endif  // SERVICES_AS_SIGNER_STATE_H_
