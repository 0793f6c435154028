// What sti-vs trusts at one moment. Swapped as a whole, so that no call sees a new list with an old CRL.
#ifndef SERVICES_VS_TRUST_STATE_H_
#define SERVICES_VS_TRUST_STATE_H_

#include <cstdint>
#include <memory>

#include "absl/time/time.h"
#include "common/base/snapshot.h"
#include "common/pki/chain_verifier.h"
#include "common/pki/crl.h"

namespace sti::vs {

// Immutable once published.
struct TrustState {
  pki::TrustAnchors anchors;
  int64_t sequence = 0;  // of the trust list
  absl::Time expires;    // of the trust list; a list past it stays in use until the STI-PA sends another
  std::shared_ptr<const pki::VerifiedCrl> crl;  // null until the STI-PA delivered one
  // Grows with every swap in this process. Whatever was derived from another version is void.
  uint64_t version = 0;
};

// Null until there is a trust list.
using TrustSnapshot = Snapshot<TrustState>;

}  // namespace sti::vs

#endif  // SERVICES_VS_TRUST_STATE_H_
