// The connections whose requests are being worked on, between handlers on any thread and a server that may
// end.
#ifndef COMMON_HTTP_ANSWER_DESK_H_
#define COMMON_HTTP_ANSWER_DESK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/http/message.h"

namespace sti::http {

// A connection that waits for an answer.
class Recipient {
 public:
  virtual ~Recipient() = default;
  // Hands the answer over to the thread that the connection runs on, and returns at once.
  virtual void Receive(HttpResponse response) = 0;
};

// Keeps each recipient alive until its answer has come. Thread-safe. Shared by the server and every
// HttpAnswer, so it may outlive the server; after Close nothing of the server is touched any more.
class AnswerDesk {
 public:
  // A ticket for Deliver.
  uint64_t Register(std::shared_ptr<Recipient> recipient);
  // Does nothing for a ticket that is used up, and after Close.
  void Deliver(uint64_t ticket, HttpResponse response);
  // Lets go of all recipients. A Deliver under way has ended when this returns.
  void Close();

 private:
  Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unordered_map<uint64_t, std::shared_ptr<Recipient>> recipients_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::http

#endif  // COMMON_HTTP_ANSWER_DESK_H_
