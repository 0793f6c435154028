// A database that knows whether it can be written to: what a daemon's health says before the next request
// fails.
#ifndef COMMON_ADMIN_DATABASE_WATCH_H_
#define COMMON_ADMIN_DATABASE_WATCH_H_

#include <cstdint>
#include <functional>
#include <memory>
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

namespace sti::admin {

// Thread-safe. Passes everything on; a storage failure of anybody, or of a write of its own every ten seconds
// that changes nothing, is trouble. It is over when nobody has failed for ten seconds and that write
// succeeds: a disk that is nearly full takes small writes, and who waits for a lock must not wait for the
// watch as well.
class DatabaseWatch final : public store::Database {
 public:
  // `clock` must outlive this.
  DatabaseWatch(std::unique_ptr<store::Database> database, const Clock& clock);
  ~DatabaseWatch() override { Stop(); }

  absl::Status Write(const std::function<absl::Status(store::Transaction&)>& body) override;
  absl::Status Read(const std::function<absl::Status(store::Transaction&)>& body) override;

  // Watches in the background from now on. `on_change` is called there when Lacking is another.
  void Start(std::function<void()> on_change);
  // For the health: nothing, or "a database that can be written to".
  std::vector<std::string> Lacking() const;
  void Stop();

  // One look, as the background takes it: none within ten seconds of a failure, unless the clock
  // was set back meanwhile.
  void Look();

 private:
  absl::Status Noted(absl::Status status);
  void Run();

  const std::unique_ptr<store::Database> database_;
  const Clock& clock_;
  mutable Mutex mutex_;
  bool failing_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;  // since the start
  absl::Time last_failure_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::function<void()> on_change_;
  daemon::Pause pause_;
  std::thread thread_;
};

}  // namespace sti::admin

#endif  // COMMON_ADMIN_DATABASE_WATCH_H_
