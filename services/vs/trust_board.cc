#include "services/vs/trust_board.h"

#include <utility>

namespace sti::vs {

TrustBoard::TrustBoard(const std::vector<TrustDomainRules>& domains) {
  auto set = std::make_shared<TrustSet>();
  for (const TrustDomainRules& rules : domains) {
    set->domains.push_back({std::make_shared<const TrustDomainRules>(rules), nullptr});
  }
  published_.Set(std::move(set));
}

void TrustBoard::Publish(size_t domain, std::shared_ptr<const TrustState> state) {
  MutexLock lock(writing_);
  auto next = std::make_shared<TrustSet>(*published_.Get());
  next->domains[domain].state = std::move(state);
  ++next->version;
  published_.Set(std::move(next));
}

}  // namespace sti::vs
