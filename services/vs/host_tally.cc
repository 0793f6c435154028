#include "services/vs/host_tally.h"

namespace sti::vs {

void HostTally::Know(const std::string& host) {
  const MutexLock lock(mutex_);
  if (hosts_.size() < kHosts) hosts_.try_emplace(host);
}

void HostTally::Note(const std::string& host, Reason result) {
  const MutexLock lock(mutex_);
  const auto found = hosts_.find(host);
  const bool known = found != hosts_.end();
  metrics::Counter*& counter = (known ? found->second : others_)[static_cast<size_t>(result)];
  if (counter == nullptr) {
    counter =
        &metrics_.CounterOf("sti_vs_host_fetches_total", "Downloads of certificates by host and result.",
                            {{"host", known ? host : "other"}, {"result", std::string(ReasonName(result))}});
  }
  counter->Increment();
}

}  // namespace sti::vs
