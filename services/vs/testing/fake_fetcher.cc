#include "services/vs/testing/fake_fetcher.h"

#include <algorithm>
#include <mutex>

#include "common/base/reason.h"

namespace sti::vs {

http::FetchResponse Ok(const std::string& body, const std::string& cache_control) {
  http::FetchResponse response;
  response.status = 200;
  response.content_type = "application/pem-certificate-chain";
  response.cache_control = cache_control;
  response.body = body;
  return response;
}

FakeFetcher::~FakeFetcher() {
  std::deque<std::pair<std::string, Callback>> held;
  {
    MutexLock lock(mutex_);
    held.swap(held_);
  }
  for (auto& [url, done] : held) done(MakeError(Reason::kCertificateUnavailable, "stopped"));
}

void FakeFetcher::Serve(const std::string& url, absl::StatusOr<http::FetchResponse> response) {
  MutexLock lock(mutex_);
  served_.insert_or_assign(url, std::move(response));
}

void FakeFetcher::ServeBody(const std::string& url, const std::string& body,
                            const std::string& cache_control) {
  Serve(url, Ok(body, cache_control));
}

void FakeFetcher::Hold(const std::string& url) {
  MutexLock lock(mutex_);
  served_.erase(url);
}

bool FakeFetcher::Release(const std::string& url, absl::StatusOr<http::FetchResponse> response) {
  Callback done;
  {
    MutexLock lock(mutex_);
    const auto it =
        std::find_if(held_.begin(), held_.end(), [&url](const auto& held) { return held.first == url; });
    if (it == held_.end()) return false;
    done = std::move(it->second);
    held_.erase(it);
  }
  done(std::move(response));
  return true;
}

void FakeFetcher::AwaitHeld(size_t count) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  std::unique_lock<std::mutex> lock(mutex_.native());
  changed_.wait(lock, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return held_.size() >= count; });
}

int FakeFetcher::fetches() const {
  MutexLock lock(mutex_);
  int total = 0;
  for (const auto& [url, count] : fetches_) total += count;
  return total;
}

int FakeFetcher::fetches(const std::string& url) const {
  MutexLock lock(mutex_);
  const auto it = fetches_.find(url);
  return it == fetches_.end() ? 0 : it->second;
}

void FakeFetcher::Fetch(const codec::Url& url, Callback done) {
  absl::StatusOr<http::FetchResponse> response = absl::UnknownError("held");
  {
    MutexLock lock(mutex_);
    ++fetches_[url.text()];
    const auto it = served_.find(url.text());
    if (it == served_.end()) {
      held_.emplace_back(url.text(), std::move(done));
      changed_.notify_all();
      return;
    }
    response = it->second;
  }
  done(std::move(response));
}

}  // namespace sti::vs
