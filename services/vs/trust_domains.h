// All trust domains at work: a store, a refresher and a source each, one board that they publish on.
#ifndef SERVICES_VS_TRUST_DOMAINS_H_
#define SERVICES_VS_TRUST_DOMAINS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "services/vs/readiness.h"
#include "services/vs/trust_board.h"
#include "services/vs/trust_domain.h"
#include "services/vs/trust_refresher.h"
#include "services/vs/trust_source.h"
#include "services/vs/trust_store.h"

namespace sti::vs {

// Start and Stop on one thread; the rest is thread-safe.
class TrustDomains {
 public:
  // A source for each domain, in order. Makes the folder state_dir/NAME of each domain. `readiness` is
  // told how they are. The references must outlive it. kStorageFailed.
  static absl::StatusOr<std::unique_ptr<TrustDomains>> Create(
      const std::string& state_dir, const std::vector<TrustDomainOptions>& domains,
      std::vector<std::unique_ptr<TrustSource>> sources, const Clock& clock, Readiness& readiness);
  ~TrustDomains();  // stops
  TrustDomains(const TrustDomains&) = delete;
  TrustDomains& operator=(const TrustDomains&) = delete;

  const TrustBoard& board() const { return board_; }
  // By domain, none of them null.
  std::vector<std::shared_ptr<const DomainHealth>> health() const;

  // Loads what is on disk and keeps it up to date from now on.
  void Start();
  void Stop();  // idempotent

 private:
  struct Domain {
    std::unique_ptr<TrustSource> source;
    std::unique_ptr<TrustStore> store;
    std::unique_ptr<TrustRefresher> refresher;
  };
  explicit TrustDomains(const std::vector<TrustDomainRules>& rules);

  TrustBoard board_;
  std::vector<Domain> domains_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_TRUST_DOMAINS_H_
