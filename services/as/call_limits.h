// What clients may ask for, and what the daemon takes on: answered at once, never by waiting.
#ifndef SERVICES_AS_CALL_LIMITS_H_
#define SERVICES_AS_CALL_LIMITS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "services/as/token_bucket.h"

namespace sti::as {

// Each client has these limits of its own. 0: no limit.
struct ClientLimitOptions {
  std::vector<std::string> clients;  // identities; empty: everyone else
  int64_t calls_per_second = 0;
  int64_t burst = 0;  // calls at once after a pause; 0: a second's
  int64_t calls_per_day = 0;
};

struct CallLimitOptions {
  int64_t calls_per_second = 0;  // of the whole daemon; 0: no limit
  int64_t max_in_flight = 10000;
  std::vector<ClientLimitOptions> clients;  // the first that names a client counts
};

// Thread-safe and lock-free: a few atomic operations a call. Counts are this daemon's own and begin anew with
// it.
class CallLimits {
 public:
  // The places of calls that were let in; they are free again when it goes. Move-only; must not outlive the
  // limits.
  class Admission {
   public:
    Admission() = default;
    Admission(Admission&& other) noexcept
        : in_flight_(std::exchange(other.in_flight_, nullptr)), calls_(other.calls_) {}
    Admission& operator=(Admission&& other) noexcept {
      std::swap(in_flight_, other.in_flight_);
      std::swap(calls_, other.calls_);
      return *this;
    }
    Admission(const Admission&) = delete;
    Admission& operator=(const Admission&) = delete;
    ~Admission() {
      if (in_flight_ != nullptr) in_flight_->fetch_sub(calls_, std::memory_order_relaxed);
    }

   private:
    friend class CallLimits;
    Admission(std::atomic<int64_t>& in_flight, int64_t calls) : in_flight_(&in_flight), calls_(calls) {}
    std::atomic<int64_t>* in_flight_ = nullptr;
    int64_t calls_ = 0;
  };

  // `clock` must outlive it.
  CallLimits(const CallLimitOptions& options, const Clock& clock);
  ~CallLimits();

  // For `calls` PASSporTs, 1 to limits::kBatch, that `client` asks for; all or none. Only for clients that
  // may sign: each that no limit names is remembered. kQuotaExceeded for the client's limits, kOverloaded for
  // the daemon's; both say when to try again (retry_after.h). Calls to emergency numbers always get in, and
  // count as under way only.
  absl::StatusOr<Admission> Admit(absl::string_view client, size_t calls, bool emergency);

  int64_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }

 private:
  struct Client;
  static constexpr size_t kOthers = 8192;  // a power of two; beyond half of it newcomers share their limits

  Client* Find(absl::string_view name);
  Client& FindOther(absl::string_view name);

  const Clock& clock_;
  const int64_t max_in_flight_;
  TokenBucket rate_;
  std::atomic<int64_t> in_flight_{0};
  absl::flat_hash_map<std::string, std::unique_ptr<Client>> named_;  // never changes
  ClientLimitOptions others_limit_;
  std::unique_ptr<Client> crowd_;  // null: no limit for everyone else
  std::atomic<size_t> others_known_{0};
  std::array<std::atomic<Client*>, kOthers> others_{};  // open addressing; only ever filled
};

}  // namespace sti::as

#endif  // SERVICES_AS_CALL_LIMITS_H_
