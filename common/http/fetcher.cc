#include "common/http/fetcher.h"

#include <curl/curl.h>

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/http/address_guard.h"
#include "common/http/address_load.h"
#include "common/http/curl_options.h"
#include "common/http/download.h"
#include "common/http/worker_thread.h"

namespace sti::http {
namespace {

constexpr int kPollMilliseconds = 1000;  // libcurl's own timers and wake-ups come earlier
constexpr int kCrowd = 16;
constexpr auto kCrowdPause = std::chrono::milliseconds(1);

class CurlFetcher final : public HttpFetcher {
 public:
  CurlFetcher(DownloadPolicy policy, CURLM* multi)
      : policy_(std::move(policy)), multi_(multi), thread_(StartWorkerThread([this] { Run(); })) {}
  ~CurlFetcher() override;

  void Fetch(const codec::Url& url, Callback done) override;

 private:
  struct Order {
    codec::Url url;
    Callback done;
  };
  struct Running {
    Order order;
    std::unique_ptr<Download> download;
  };

  absl::Status Queue(Order& order);
  absl::Status Admit(const codec::Url& url) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run();
  bool TakeOrders(std::deque<Order>& orders);
  void Start(Order order);
  void FinishCompleted();
  void FailAll(absl::string_view why);
  void Answer(const Order& order, absl::StatusOr<FetchResponse> outcome);

  const DownloadPolicy policy_;
  CURLM* const multi_;
  AddressLoad load_{policy_.options.max_downloads_per_address};  // of the thread, like the next
  std::map<CURL*, Running> running_;

  Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<Order> orders_ ABSL_GUARDED_BY(mutex_);
  int under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<std::string, int> under_way_by_host_ ABSL_GUARDED_BY(mutex_);

  std::thread thread_;  // last: sees everything else made
};

CurlFetcher::~CurlFetcher() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
  curl_multi_cleanup(multi_);
}

void CurlFetcher::Fetch(const codec::Url& url, Callback done) {
  Order order{url, std::move(done)};
  const absl::Status queued = Queue(order);
  if (!queued.ok()) return order.done(queued);
  curl_multi_wakeup(multi_);
}

// Leaves the order alone when it fails.
absl::Status CurlFetcher::Queue(Order& order) {
  MutexLock lock(mutex_);
  STI_RETURN_IF_ERROR(Admit(order.url));
  orders_.push_back(std::move(order));
  return absl::OkStatus();
}

// Checks and counts.
absl::Status CurlFetcher::Admit(const codec::Url& url) {
  const FetcherOptions& options = policy_.options;
  if (!PortAllowed(options, url.port())) {
    return MakeError(Reason::kCertificateUnavailable,
                     absl::StrCat(url.text(), ": port ", url.port(), " is not allowed"));
  }
  if (stopping_) return MakeError(Reason::kCertificateUnavailable, "shutting down");
  if (under_way_ >= options.max_downloads) {
    return MakeError(Reason::kOverloaded, absl::StrCat(under_way_, " downloads are under way already"));
  }
  int& of_host = under_way_by_host_[url.host()];
  if (of_host >= options.max_downloads_per_host) {
    return MakeError(Reason::kOverloaded,
                     absl::StrCat(of_host, " downloads from ", url.host(), " are under way already"));
  }
  ++of_host;
  ++under_way_;
  return absl::OkStatus();
}

void CurlFetcher::Run() {
  // A flood of URLs must not take the processor from calls whose certificate is cached. Resolver threads are
  // started from here.
  YieldToOthers();
  std::deque<Order> orders;
  while (TakeOrders(orders)) {
    for (Order& order : orders) Start(std::move(order));
    orders.clear();
    int running = 0;
    CURLMcode code = curl_multi_perform(multi_, &running);
    FinishCompleted();
    // libcurl looks at every download each time: with many, let some events come together.
    if (running > kCrowd) std::this_thread::sleep_for(kCrowdPause);
    if (code == CURLM_OK) code = curl_multi_poll(multi_, nullptr, 0, kPollMilliseconds, nullptr);
    if (code != CURLM_OK) {
      FailAll(curl_multi_strerror(code));
      std::this_thread::sleep_for(
          std::chrono::milliseconds(10));  // no memory, most likely: do not spin on it
    }
  }
  for (Order& order : orders) Answer(order, MakeError(Reason::kCertificateUnavailable, "shutting down"));
  FailAll("shutting down");
}

// False when the fetcher stops; the orders are to be answered all the same.
bool CurlFetcher::TakeOrders(std::deque<Order>& orders) {
  MutexLock lock(mutex_);
  orders.swap(orders_);
  return !stopping_;
}

void CurlFetcher::Start(Order order) {
  absl::StatusOr<std::unique_ptr<Download>> download = Download::Create(policy_, load_, order.url);
  if (!download.ok()) return Answer(order, download.status());
  CURL* const easy = (*download)->easy();
  const CURLMcode code = curl_multi_add_handle(multi_, easy);
  if (code != CURLM_OK) {
    return Answer(order, MakeError(Reason::kCertificateUnavailable, curl_multi_strerror(code)));
  }
  running_.emplace(easy, Running{std::move(order), *std::move(download)});
}

void CurlFetcher::FinishCompleted() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // the message dies with its handle's removal
    const auto found = running_.find(message->easy_handle);
    Running finished = std::move(found->second);
    running_.erase(found);
    curl_multi_remove_handle(multi_, finished.download->easy());
    Answer(finished.order, finished.download->Finish(code));
  }
}

void CurlFetcher::FailAll(absl::string_view why) {
  std::map<CURL*, Running> failed;
  failed.swap(running_);
  for (auto& [easy, running] : failed) {
    curl_multi_remove_handle(multi_, easy);
    Answer(running.order, MakeError(Reason::kCertificateUnavailable, why));
  }
}

// The place is free again when `done` runs, so that it may fetch anew.
void CurlFetcher::Answer(const Order& order, absl::StatusOr<FetchResponse> outcome) {
  {
    MutexLock lock(mutex_);
    --under_way_;
    const auto of_host = under_way_by_host_.find(order.url.host());
    if (--of_host->second == 0) under_way_by_host_.erase(of_host);
  }
  order.done(std::move(outcome));
}

absl::Status CheckOptions(const FetcherOptions& options) {
  if (options.allowed_ports.empty())
    return MakeError(Reason::kConfigInvalid, "allowed_ports", "no port is allowed");
  if (options.timeout < absl::Milliseconds(1) || options.timeout > absl::Hours(1)) {
    return MakeError(Reason::kConfigInvalid, "timeout", "must lie between a millisecond and an hour");
  }
  if (options.max_downloads < 1)
    return MakeError(Reason::kConfigInvalid, "max_downloads", "must be 1 or more");
  if (options.max_downloads_per_host < 1) {
    return MakeError(Reason::kConfigInvalid, "max_downloads_per_host", "must be 1 or more");
  }
  if (options.max_downloads_per_address < 1) {
    return MakeError(Reason::kConfigInvalid, "max_downloads_per_address", "must be 1 or more");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpFetcher>> CreateFetcher(const FetcherOptions& options) {
  STI_RETURN_IF_ERROR(StartCurl());
  STI_RETURN_IF_ERROR(CheckOptions(options));
  STI_ASSIGN_OR_RETURN(AddressGuard guard, AddressGuard::Create(options.allowed_special_addresses));
  STI_ASSIGN_OR_RETURN(TrustedRoots roots, TrustedRoots::Open(options.ca_file));
  CURLM* const multi = curl_multi_init();
  if (multi == nullptr) return MakeError(Reason::kInternal, "no memory for downloads");
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(options.max_downloads));
  return std::make_unique<CurlFetcher>(DownloadPolicy{options, std::move(guard), std::move(roots)}, multi);
}

}  // namespace sti::http
