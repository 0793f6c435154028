// One call in, one Identity header out. No I/O.
#ifndef SERVICES_AS_CALL_SIGNER_H_
#define SERVICES_AS_CALL_SIGNER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/stir/passport_signer.h"
#include "services/as/key_ring.h"
#include "services/as/outgoing_call.h"
#include "services/as/provider_table.h"

namespace sti::as {

struct SignedCall {
  stir::SignedPassport passport;
  std::string x5u, spc;
  std::string origid;  // empty but for shaken
  int64_t iat = 0;     // seconds since 1970 UTC
  absl::Time certificate_expires;
};

struct CallSignerOptions {
  absl::Duration freshness = absl::Seconds(60);
};

// What signatures are made of. What it refers to must outlive the signer.
struct CallSignerParts {
  const ProviderTable& providers;
  std::vector<const KeyRingSnapshot*> rings;  // one a provider
  const Clock& clock;
  const Random& random;
};

// Thread-safe; takes a reader's lock for the key ring and no other.
class CallSigner {
 public:
  CallSigner(CallSignerParts parts, const CallSignerOptions& options);

  // Errors carry the path of the field in SignRequest: those of OutgoingType and MakeOutgoingClaims;
  // kIatStale, kIatInFuture; kTooLarge when the PASSporT would be; kNotReady without a credential;
  // kCertificateExpired, kCertificateNotYetValid; kInternal.
  absl::StatusOr<SignedCall> Sign(size_t provider, const OutgoingCall& call) const;

 private:
  absl::StatusOr<int64_t> CheckedIat(const OutgoingCall& call, absl::Time now) const;

  const CallSignerParts parts_;
  const CallSignerOptions options_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_CALL_SIGNER_H_
