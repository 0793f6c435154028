// What sti-vs trusts at one moment. Swapped as a whole, so that no call sees a new list with an old CRL.
#ifndef SERVICES_VS_TRUST_STATE_H_
#define SERVICES_VS_TRUST_STATE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "common/pki/chain_verifier.h"
#include "common/pki/crl.h"
#include "common/stir/number_authority.h"
#include "services/vs/trust_domain.h"

namespace sti::vs {

// What one STI-PA says. Immutable once published.
struct TrustState {
  pki::TrustAnchors anchors;
  int64_t sequence = 0;  // of the trust list
  absl::Time expires;    // of the trust list; how long it stays in use after that is a rule of the domain
  std::shared_ptr<const pki::VerifiedCrl> crl;           // null until the STI-PA delivered one that counts
  std::shared_ptr<const stir::NumberAuthority> numbers;  // null when it has none, or it is not asked for
  // Since when this daemon looks for a CRL: one that never came is as bad as one that grew old.
  absl::Time crl_wanted = absl::InfiniteFuture();
};

// One domain of a set.
struct TrustDomain {
  std::shared_ptr<const TrustDomainRules> rules;
  std::shared_ptr<const TrustState> state;  // null until there is a trust list

  // A document in use expired, or the CRL is missing, for longer than the rules bear with.
  bool IsStale(absl::Time now) const {
    if (state == nullptr) return false;
    const absl::Time crl_until = state->crl != nullptr ? state->crl->next_update() : state->crl_wanted;
    return now > state->expires + rules->trust_list_grace || now > crl_until + rules->crl_grace;
  }
};

// All domains in the order in which they are tried. Immutable once published.
struct TrustSet {
  std::vector<TrustDomain> domains;
  // Grows with every swap in this process. Whatever was derived from another version is void.
  uint64_t version = 0;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_TRUST_STATE_H_
