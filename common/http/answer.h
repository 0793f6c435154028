// Where a handler puts its answer, now or later.
#ifndef COMMON_HTTP_ANSWER_H_
#define COMMON_HTTP_ANSWER_H_

#include <functional>
#include <memory>

#include "common/http/message.h"

namespace sti::http {

// For one request; copies are for the same one. The first answer counts, later ones are dropped. When the
// last copy goes without an answer the client gets a bare 503, so that a forgotten request does not hold its
// connection. Thread-safe. May outlive client, connection and server: then the answer goes nowhere.
class HttpAnswer {
 public:
  // `send` is called exactly once, on the thread of Send or of the last copy's end. It must not throw.
  explicit HttpAnswer(std::function<void(HttpResponse)> send);

  void Send(HttpResponse response) const;

 private:
  class Promise;
  std::shared_ptr<Promise> promise_;
};

}  // namespace sti::http

#endif  // COMMON_HTTP_ANSWER_H_
