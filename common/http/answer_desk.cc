#include "common/http/answer_desk.h"

#include <utility>

namespace sti::http {

uint64_t AnswerDesk::Register(std::shared_ptr<Recipient> recipient) {
  MutexLock lock(mutex_);
  const uint64_t ticket = next_++;
  if (!closed_) recipients_.emplace(ticket, std::move(recipient));
  return ticket;
}

void AnswerDesk::Deliver(uint64_t ticket, HttpResponse response) {
  MutexLock lock(mutex_);
  const auto found = recipients_.find(ticket);
  if (found == recipients_.end()) return;
  // Under the lock: Close, and with it the end of the event loop that this is queued at, has to wait. It only
  // queues.
  found->second->Receive(std::move(response));
  recipients_.erase(found);
}

void AnswerDesk::Close() {
  // Outlives the lock: what goes with a connection is not this class's affair.
  std::unordered_map<uint64_t, std::shared_ptr<Recipient>> forgotten;
  MutexLock lock(mutex_);
  closed_ = true;
  forgotten.swap(recipients_);
}

}  // namespace sti::http
