// Keeps the proven chains of the cache on disk, on a thread of its own.
#ifndef SERVICES_VS_CERTIFICATE_KEEPER_H_
#define SERVICES_VS_CERTIFICATE_KEEPER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/daemon/pause.h"
#include "services/vs/certificate_cache.h"

namespace sti::vs {

// Start and Stop on one thread; SaveSoon on any.
class CertificateKeeper {
 public:
  // `folder` exists. `on_saved` is told what came of each Save of the thread; may be null. `cache` must outlive it.
  CertificateKeeper(CertificateCache& cache, const std::string& folder,
                    std::function<void(const absl::Status&)> on_saved = nullptr);
  ~CertificateKeeper();  // stops
  CertificateKeeper(const CertificateKeeper&) = delete;
  CertificateKeeper& operator=(const CertificateKeeper&) = delete;

  // Puts back what is on disk; OK when there is nothing. kStorageFailed, and then nothing was put back.
  absl::Status Load();
  // Writes what is proven now, unless that is on disk already. kStorageFailed.
  absl::Status Save();

  // Loads, on the calling thread, so that no purge comes before; then saves every `interval`, on its own.
  void Start(absl::Duration interval = absl::Minutes(5));
  // Has the thread that Start began save now, and calls `done` there with what Save said: for a purge, which
  // must not come undone by a crash. kUnavailable, at once, when that thread has ended.
  using Done = std::function<void(const absl::Status&)>;
  void SaveSoon(Done done);
  // Ends that, and saves once more. Idempotent.
  void Stop();

 private:
  void Run(absl::Duration interval);
  void SaveAndTell();

  CertificateCache& cache_;
  const std::string file_;
  const std::function<void(const absl::Status&)> on_saved_;
  uint64_t saved_ = 0;  // version that is on disk
  daemon::Pause pause_;
  Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Done> waiting_ ABSL_GUARDED_BY(mutex_);  // for the next Save
  std::thread thread_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_CERTIFICATE_KEEPER_H_
