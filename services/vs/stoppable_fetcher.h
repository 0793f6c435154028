// An HttpFetcher that can end before its users do.
#ifndef SERVICES_VS_STOPPABLE_FETCHER_H_
#define SERVICES_VS_STOPPABLE_FETCHER_H_

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/http/fetcher.h"

namespace sti::vs {

// Thread-safe.
class StoppableFetcher final : public http::HttpFetcher {
 public:
  explicit StoppableFetcher(std::unique_ptr<http::HttpFetcher> fetcher) : fetcher_(std::move(fetcher)) {}

  void Fetch(const codec::Url& url, Callback done) override {
    const std::shared_ptr<http::HttpFetcher> fetcher = Get();
    if (fetcher == nullptr) return done(MakeError(Reason::kCertificateUnavailable, "shutting down"));
    fetcher->Fetch(url, std::move(done));
  }

  // Fails what is under way, and from now on everything at once. Idempotent.
  void Stop() {
    std::shared_ptr<http::HttpFetcher> last;
    MutexLock lock(mutex_);
    last.swap(fetcher_);  // dies after the lock is given back
  }

 private:
  std::shared_ptr<http::HttpFetcher> Get() const {
    MutexLock lock(mutex_);
    return fetcher_;
  }

  mutable Mutex mutex_;
  std::shared_ptr<http::HttpFetcher> fetcher_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::vs

#endif  // SERVICES_VS_STOPPABLE_FETCHER_H_
