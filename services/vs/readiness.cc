#include "services/vs/readiness.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sti::vs {

Readiness::Readiness(std::vector<std::string> domains) {
  MutexLock lock(mutex_);
  for (std::string& name : domains) domains_.push_back({std::move(name), {}, {}, false});
}

void Readiness::Start(ReadinessSink sink) {
  {
    MutexLock lock(mutex_);
    sink_ = std::move(sink);
  }
  Tell();
}

void Readiness::Stop() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  std::unique_lock<std::mutex> lock(mutex_.native());
  sink_ = nullptr;
  told_.wait(lock, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !telling_; });
}

Readiness::Sum Readiness::Total() const {
  const bool serves =
      std::any_of(domains_.begin(), domains_.end(), [](const Domain& each) { return each.ready; });
  const bool one = domains_.size() == 1;
  Sum sum;
  for (const Domain& each : domains_) {
    const auto name = [&](const std::string& what) {
      return one ? what : absl::StrCat(each.name, ": ", what);
    };
    for (const std::string& what : each.lacking) (serves ? sum.trouble : sum.lacking).push_back(name(what));
    for (const std::string& what : each.trouble) sum.trouble.push_back(name(what));
  }
  for (const auto& [part, trouble] : trouble_) {
    sum.trouble.insert(sum.trouble.end(), trouble.begin(), trouble.end());
  }
  return sum;
}

void Readiness::Report(size_t domain, const std::vector<std::string>& lacking,
                       const std::vector<std::string>& trouble) {
  {
    MutexLock lock(mutex_);
    domains_[domain].lacking = lacking;
    domains_[domain].trouble = trouble;
    domains_[domain].ready = lacking.empty();
    reported_ = true;
    changed_ = true;
  }
  Tell();
}

void Readiness::SetTrouble(const std::string& part, std::vector<std::string> trouble) {
  {
    MutexLock lock(mutex_);
    trouble_[part] = std::move(trouble);
    changed_ = true;
  }
  Tell();
}

void Readiness::Tell() {
  {
    MutexLock lock(mutex_);
    if (telling_) return;
    telling_ = true;
  }
  while (true) {
    Sum sum;
    ReadinessSink sink;
    {
      MutexLock lock(mutex_);
      if (!changed_ || !reported_ || sink_ == nullptr) {
        telling_ = false;
        break;
      }
      changed_ = false;
      sum = Total();
      sink = sink_;
    }
    sink(sum.lacking, sum.trouble);
  }
  told_.notify_all();
}

}  // namespace sti::vs
