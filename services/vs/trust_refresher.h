// Keeps one domain's trust list and CRL up to date: at start, whenever the STI-PA tells of a new version, and
// every refresh interval.
#ifndef SERVICES_VS_TRUST_REFRESHER_H_
#define SERVICES_VS_TRUST_REFRESHER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/snapshot.h"
#include "common/daemon/pause.h"
#include "services/vs/trust_source.h"
#include "services/vs/trust_store.h"

namespace sti::vs {

struct TrustRefresherOptions {
  absl::Duration interval = absl::Minutes(10);
  // After a failure; doubles up to the longest.
  absl::Duration first_retry = absl::Seconds(1);
  absl::Duration longest_retry = absl::Seconds(30);
};

// Told on every pass what keeps the daemon from judging calls of the domain, empty when nothing does; and what is
// wrong though it judges them.
using LackingSink =
    std::function<void(const std::vector<std::string>& lacking, const std::vector<std::string>& trouble)>;

// How a domain's documents are, besides what TrustState says.
struct DomainHealth {
  // When the STI-PA last delivered what is in use; the infinite past when nothing is.
  absl::Time list_confirmed = absl::InfinitePast(), crl_confirmed = absl::InfinitePast();
  std::string trouble;  // what is wrong, for a person; empty when nothing is
};

// Not thread-safe but for its own two threads.
class TrustRefresher {
 public:
  // The references must outlive the refresher. `lacking` is called where LoadStored, RefreshOnce and
  // the refresher's thread run.
  TrustRefresher(TrustSource& source, TrustStore& store, TrustDomainRules rules, const Clock& clock,
                 LackingSink lacking, const TrustRefresherOptions& options);
  ~TrustRefresher();  // stops
  TrustRefresher(const TrustRefresher&) = delete;
  TrustRefresher& operator=(const TrustRefresher&) = delete;

  // Loads the copies on disk, on the calling thread; says what is lacking after that.
  void LoadStored();
  // One pass: asks the STI-PA for its documents and offers them; for the number authority list only where the
  // rules use it. True when all are up to date.
  bool RefreshOnce();
  // Starts the threads that do so from now on.
  void Start();
  // As of the last pass; never null. Any thread may ask.
  std::shared_ptr<const DomainHealth> health() const { return health_.Get(); }

  // Ends them; calls to the STI-PA under way are cancelled. Idempotent.
  void Stop();

 private:
  void RefreshLoop();
  void WatchLoop();
  void Report(const absl::Status& trust_list, const absl::Status& crl, const absl::Status& numbers);
  std::vector<std::string> TroubleOf(const TrustState* trust, const absl::Status& trust_list,
                                     const absl::Status& crl, const absl::Status& numbers) const;
  void ShowHealth(std::string trouble);
  void LogChange(const std::string& trouble);

  TrustSource& source_;
  TrustStore& store_;
  const TrustDomainRules rules_;
  const Clock& clock_;
  const LackingSink lacking_;
  const TrustRefresherOptions options_;
  std::string last_trouble_;  // logged last
  std::shared_ptr<const TrustState> last_state_;
  Snapshot<DomainHealth> health_{std::make_shared<DomainHealth>()};

  daemon::Pause refresh_pause_, watch_pause_;
  std::thread refresh_thread_, watch_thread_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_TRUST_REFRESHER_H_
