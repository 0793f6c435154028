// A certificate repository that the test plays itself.
#ifndef SERVICES_VS_TESTING_FAKE_FETCHER_H_
#define SERVICES_VS_TESTING_FAKE_FETCHER_H_

#include <condition_variable>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/base/mutex.h"
#include "common/http/fetcher.h"

namespace sti::vs {

// Thread-safe. Keeps the contract of HttpFetcher: every callback is called exactly once, at the latest by the
// destructor.
class FakeFetcher final : public http::HttpFetcher {
 public:
  ~FakeFetcher() override;

  // Answers this URL with this body from now on, at once and on the caller's thread.
  void Serve(const std::string& url, absl::StatusOr<http::FetchResponse> response);
  void ServeBody(const std::string& url, const std::string& body, const std::string& cache_control = "");
  // Holds downloads of this URL from now on.
  void Hold(const std::string& url);
  // A download of any other URL is held. Answers the oldest one that is held for this URL, on the calling
  // thread; false when there is none.
  bool Release(const std::string& url, absl::StatusOr<http::FetchResponse> response);
  // Returns once that many are held.
  void AwaitHeld(size_t count);

  int fetches() const;
  int fetches(const std::string& url) const;

  void Fetch(const codec::Url& url, Callback done) override;

 private:
  mutable Mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, absl::StatusOr<http::FetchResponse>> served_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::pair<std::string, Callback>> held_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> fetches_ ABSL_GUARDED_BY(mutex_);
};

http::FetchResponse Ok(const std::string& body, const std::string& cache_control = "");

}  // namespace sti::vs

#endif  // SERVICES_VS_TESTING_FAKE_FETCHER_H_
