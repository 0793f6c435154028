#include "common/metrics/http_metrics.h"

#include <array>
#include <atomic>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/http/answer.h"

namespace sti::metrics {
namespace {

// Of one interface. Thread-safe.
class Tally {
 public:
  Tally(Metrics& metrics, std::string interface)
      : metrics_(metrics),
        interface_(std::move(interface)),
        in_flight_(metrics.GaugeOf("sti_http_requests_in_flight", "Requests that are not answered yet.",
                                   {{"interface", interface_}})) {
    CounterOf(200).Add(0);
  }

  void Begin() { in_flight_.Add(1); }
  void End(int status) {
    in_flight_.Add(-1);
    CounterOf(status).Increment();
  }

 private:
  static constexpr int kCodes = 600;

  // Looked up once for each code, which the daemon's own handlers choose.
  Counter& CounterOf(int status) {
    const int code = status > 0 && status < kCodes ? status : 500;
    std::atomic<Counter*>& counter = counters_[static_cast<size_t>(code)];
    Counter* found = counter.load(std::memory_order_acquire);
    if (found == nullptr) {
      found = &metrics_.CounterOf("sti_http_requests_total", "Answers by status code.",
                                  {{"interface", interface_}, {"code", absl::StrCat(code)}});
      counter.store(found, std::memory_order_release);
    }
    return *found;
  }

  Metrics& metrics_;
  const std::string interface_;
  Gauge& in_flight_;
  std::array<std::atomic<Counter*>, kCodes> counters_{};
};

}  // namespace

http::HttpHandler CountRequests(Metrics& metrics, const std::string& interface, http::HttpHandler handler) {
  return [tally = std::make_shared<Tally>(metrics, interface),
          handler = std::move(handler)](const http::HttpRequest& request) {
    tally->Begin();
    http::HttpResponse response = handler(request);
    tally->End(response.status);
    return response;
  };
}

http::AsyncHttpHandler CountRequests(Metrics& metrics, const std::string& interface,
                                     http::AsyncHttpHandler handler) {
  return [tally = std::make_shared<Tally>(metrics, interface), handler = std::move(handler)](
             http::HttpRequest request, const http::HttpAnswer& answer) {
    tally->Begin();
    // An answer that is forgotten is a 503 here as it is for the client.
    handler(std::move(request), http::HttpAnswer([tally, answer](http::HttpResponse response) {
              tally->End(response.status);
              answer.Send(std::move(response));
            }));
  };
}

}  // namespace sti::metrics
