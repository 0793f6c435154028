#include "common/http/answer.h"

#include <atomic>
#include <utility>

namespace sti::http {

class HttpAnswer::Promise {
 public:
  explicit Promise(std::function<void(HttpResponse)> send) : send_(std::move(send)) {}
  Promise(const Promise&) = delete;
  Promise& operator=(const Promise&) = delete;
  ~Promise() {
    HttpResponse unavailable;
    unavailable.status = 503;
    Keep(std::move(unavailable));
  }

  void Keep(HttpResponse response) {
    if (!kept_.exchange(true, std::memory_order_acq_rel)) send_(std::move(response));
  }

 private:
  const std::function<void(HttpResponse)> send_;
  std::atomic<bool> kept_{false};
};

HttpAnswer::HttpAnswer(std::function<void(HttpResponse)> send)
    : promise_(std::make_shared<Promise>(std::move(send))) {}

void HttpAnswer::Send(HttpResponse response) const { promise_->Keep(std::move(response)); }

}  // namespace sti::http
