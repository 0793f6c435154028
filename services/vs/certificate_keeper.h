// Keeps the proven chains of the cache on disk, on a thread of its own.
#ifndef SERVICES_VS_CERTIFICATE_KEEPER_H_
#define SERVICES_VS_CERTIFICATE_KEEPER_H_

#include <cstdint>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/daemon/pause.h"
#include "services/vs/certificate_cache.h"

namespace sti::vs {

// Start and Stop on one thread.
class CertificateKeeper {
 public:
  // `folder` exists. `cache` must outlive it.
  CertificateKeeper(CertificateCache& cache, const std::string& folder);
  ~CertificateKeeper();  // stops
  CertificateKeeper(const CertificateKeeper&) = delete;
  CertificateKeeper& operator=(const CertificateKeeper&) = delete;

  // Puts back what is on disk; OK when there is nothing. kStorageFailed, and then nothing was put back.
  absl::Status Load();
  // Writes what is proven now, unless that is on disk already. kStorageFailed.
  absl::Status Save();

  // Loads, and saves every `interval`, from now on.
  void Start(absl::Duration interval = absl::Minutes(5));
  // Ends that, and saves once more. Idempotent.
  void Stop();

 private:
  void Run(absl::Duration interval);

  CertificateCache& cache_;
  const std::string file_;
  uint64_t saved_ = 0;  // version that is on disk
  daemon::Pause pause_;
  std::thread thread_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_CERTIFICATE_KEEPER_H_
