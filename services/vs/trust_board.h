// Where each trust domain's store publishes and every call looks: one snapshot of all domains.
#ifndef SERVICES_VS_TRUST_BOARD_H_
#define SERVICES_VS_TRUST_BOARD_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/base/snapshot.h"
#include "services/vs/trust_domain.h"
#include "services/vs/trust_state.h"

namespace sti::vs {

// Thread-safe.
class TrustBoard {
 public:
  // The domains in the order in which they are tried; none has a state yet.
  explicit TrustBoard(const std::vector<TrustDomainRules>& domains);

  // Never null. A shared pointer to read, no waiting.
  std::shared_ptr<const TrustSet> Get() const { return published_.Get(); }
  // That domain's state; null until its first Publish.
  std::shared_ptr<const TrustState> state(size_t domain) const { return Get()->domains[domain].state; }

  // Swaps that domain's state and leaves the others as they are.
  void Publish(size_t domain, std::shared_ptr<const TrustState> state);

 private:
  Mutex writing_;  // held by one Publish at a time, so that none is lost
  Snapshot<TrustSet> published_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_TRUST_BOARD_H_
