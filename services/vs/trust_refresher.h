// Keeps trust list and CRL up to date: at start, whenever the STI-PA tells of a new version, and every
// refresh interval.
#ifndef SERVICES_VS_TRUST_REFRESHER_H_
#define SERVICES_VS_TRUST_REFRESHER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/daemon/pause.h"
#include "services/vs/trust_source.h"
#include "services/vs/trust_state.h"
#include "services/vs/trust_store.h"

namespace sti::vs {

struct TrustRefresherOptions {
  absl::Duration interval = absl::Minutes(10);
  // After a failure; doubles up to the longest.
  absl::Duration first_retry = absl::Seconds(1);
  absl::Duration longest_retry = absl::Seconds(30);
};

// Told on every pass what keeps the daemon from judging; empty when nothing does.
using LackingSink = std::function<void(const std::vector<std::string>&)>;

// Not thread-safe but for its own two threads.
class TrustRefresher {
 public:
  // The references must outlive the refresher. `lacking` is called where LoadStored, RefreshOnce and
  // the refresher's thread run.
  TrustRefresher(TrustSource& source, TrustStore& store, const TrustSnapshot& published, const Clock& clock,
                 LackingSink lacking, const TrustRefresherOptions& options);
  ~TrustRefresher();  // stops
  TrustRefresher(const TrustRefresher&) = delete;
  TrustRefresher& operator=(const TrustRefresher&) = delete;

  // Loads the copies on disk, on the calling thread; says what is lacking after that.
  void LoadStored();
  // One pass: asks the STI-PA for both documents and offers them. True when both are up to date.
  bool RefreshOnce();
  // Starts the threads that do so from now on.
  void Start();
  // Ends them; calls to the STI-PA under way are cancelled. Idempotent.
  void Stop();

 private:
  void RefreshLoop();
  void WatchLoop();
  void Report(const absl::Status& trust_list, const absl::Status& crl);
  void LogChange(const std::string& trouble);

  TrustSource& source_;
  TrustStore& store_;
  const TrustSnapshot& published_;
  const Clock& clock_;
  const LackingSink lacking_;
  const TrustRefresherOptions options_;
  std::string last_trouble_;  // logged last
  uint64_t last_version_ = 0;

  daemon::Pause refresh_pause_, watch_pause_;
  std::thread refresh_thread_, watch_thread_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_TRUST_REFRESHER_H_
