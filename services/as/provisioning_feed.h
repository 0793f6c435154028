// Keeps what is in memory as the database says, whichever replica has changed it.
#ifndef SERVICES_AS_PROVISIONING_FEED_H_
#define SERVICES_AS_PROVISIONING_FEED_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/daemon/pause.h"
#include "common/store/database.h"
#include "services/as/provider_table.h"
#include "services/as/provisioned_state.h"

namespace sti::as {

// Thread-safe. The references must outlive this.
class ProvisioningFeed {
 public:
  ProvisioningFeed(store::Database& database, const ProviderTable& providers, ProvisionedState& state,
                   const Clock& clock);
  ~ProvisioningFeed();

  // Everything, before the first call is signed. kStorageFailed.
  absl::Status Load();
  // From now on follows what replicas write, on a thread of its own. `on_change`: when Lacking has changed.
  void Start(std::function<void()> on_change);
  void Stop();

  // Brings into use what is committed by now, before it returns. For the writer, after its commit; waits for
  // a load that is under way. kStorageFailed: the thread tries again.
  absl::Status CatchUp();

  // "provisioning" while the database cannot be read: calls are attested by what was known last.
  std::vector<std::string> Lacking() const;

 private:
  absl::Status LoadLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CatchUpLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Follow();
  void Report(const absl::Status& status);

  store::Database& database_;
  const ProviderTable& providers_;
  ProvisionedState& state_;
  const Clock& clock_;
  Mutex mutex_;  // held over reads of the database: the order of what they bring matters; calls never take it
  int64_t journal_end_ ABSL_GUARDED_BY(mutex_) = 0;
  std::atomic<bool> lacking_{false};
  std::function<void()> on_change_;
  daemon::Pause pause_;
  std::thread thread_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONING_FEED_H_
