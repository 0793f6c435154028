#include "services/vs/readiness.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sti::vs {

Readiness::Readiness(std::vector<std::string> domains,
                     std::function<void(const std::vector<std::string>&)> sink)
    : sink_(std::move(sink)) {
  MutexLock lock(mutex_);
  for (std::string& name : domains) domains_.push_back({std::move(name), {}, false});
}

std::vector<std::string> Readiness::Lacking() const {
  std::vector<std::string> all;
  if (std::any_of(domains_.begin(), domains_.end(), [](const Domain& each) { return each.ready; }))
    return all;
  for (const Domain& each : domains_) {
    for (const std::string& what : each.lacking) {
      all.push_back(domains_.size() == 1 ? what : absl::StrCat(each.name, ": ", what));
    }
  }
  return all;
}

void Readiness::Report(size_t domain, const std::vector<std::string>& lacking) {
  {
    MutexLock lock(mutex_);
    domains_[domain].lacking = lacking;
    domains_[domain].ready = lacking.empty();
    changed_ = true;
    if (telling_) return;
    telling_ = true;
  }
  while (true) {
    std::vector<std::string> all;
    {
      MutexLock lock(mutex_);
      if (!changed_) {
        telling_ = false;
        return;
      }
      changed_ = false;
      all = Lacking();
    }
    sink_(all);
  }
}

}  // namespace sti::vs
