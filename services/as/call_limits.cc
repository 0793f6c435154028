#include "services/as/call_limits.h"

#include "absl/hash/hash.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"

namespace sti::as {
namespace {

// Places are free again within a signature's time, or that of a peer's answer.
constexpr absl::Duration kPlaceWait = absl::Milliseconds(100);

absl::Status Refuse(Reason reason, absl::string_view why, absl::Duration wait) {
  return WithRetryAfter(MakeError(reason, why), wait);
}

}  // namespace

struct CallLimits::Client {
  Client(absl::string_view client, const ClientLimitOptions& limit)
      : name(client), rate(limit.calls_per_second, limit.burst), day(limit.calls_per_day) {}
  const std::string name;
  TokenBucket rate;
  DayCount day;
};

CallLimits::CallLimits(const CallLimitOptions& options, const Clock& clock)
    : clock_(clock), max_in_flight_(options.max_in_flight), rate_(options.calls_per_second, 0) {
  for (const ClientLimitOptions& limit : options.clients) {
    for (const std::string& client : limit.clients) {
      named_.try_emplace(client, std::make_unique<Client>(client, limit));
    }
    if (limit.clients.empty() && crowd_ == nullptr) {
      others_limit_ = limit;
      crowd_ = std::make_unique<Client>("", limit);
    }
  }
}

CallLimits::~CallLimits() {
  for (std::atomic<Client*>& slot : others_) delete slot.load(std::memory_order_relaxed);
}

CallLimits::Client* CallLimits::Find(absl::string_view name) {
  const auto named = named_.find(name);
  if (named != named_.end()) return named->second.get();
  return crowd_ == nullptr ? nullptr : &FindOther(name);
}

CallLimits::Client& CallLimits::FindOther(absl::string_view name) {
  std::unique_ptr<Client> fresh;
  for (size_t at = absl::Hash<absl::string_view>()(name);; ++at) {
    std::atomic<Client*>& slot = others_[at % kOthers];
    Client* found = slot.load(std::memory_order_acquire);
    if (found == nullptr) {
      // Half of the slots stay free, so that every search ends.
      if (others_known_.load(std::memory_order_relaxed) >= kOthers / 2) return *crowd_;
      if (fresh == nullptr) fresh = std::make_unique<Client>(name, others_limit_);
      if (slot.compare_exchange_strong(found, fresh.get(), std::memory_order_acq_rel)) {
        others_known_.fetch_add(1, std::memory_order_relaxed);
        return *fresh.release();
      }
    }
    if (found->name == name) return *found;
  }
}

absl::StatusOr<CallLimits::Admission> CallLimits::Admit(absl::string_view client, size_t calls,
                                                        bool emergency) {
  const auto n = static_cast<int64_t>(calls);
  const int64_t before = in_flight_.fetch_add(n, std::memory_order_relaxed);
  Admission admission(in_flight_, n);
  if (emergency) return admission;
  // More than there are places at all get in alone.
  if (before > 0 && before + n > max_in_flight_) {
    return Refuse(Reason::kOverloaded, "max_calls_in_flight are under way", kPlaceWait);
  }
  const absl::Time now = clock_.TimeNow();
  Client* const limited = Find(client);
  if (limited != nullptr) {
    const absl::Duration wait = limited->rate.Take(n, now);
    if (wait > absl::ZeroDuration()) {
      return Refuse(Reason::kQuotaExceeded, "the client's calls_per_second", wait);
    }
  }
  const absl::Duration wait = rate_.Take(n, now);
  if (wait > absl::ZeroDuration()) {
    if (limited != nullptr) limited->rate.GiveBack(n);
    return Refuse(Reason::kOverloaded, "calls_per_second of the daemon", wait);
  }
  // Last, so that nothing is counted that another limit refuses.
  if (limited != nullptr && !limited->day.Take(n, now)) {
    limited->rate.GiveBack(n);
    rate_.GiveBack(n);
    return Refuse(Reason::kQuotaExceeded, "the client's calls_per_day", UntilNextDay(now));
  }
  return admission;
}

}  // namespace sti::as
