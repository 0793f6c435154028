#include "common/metrics/rpc_metrics.h"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"

namespace sti::metrics {
namespace {

constexpr size_t kCodes = 17;  // of gRPC, OK to UNAUTHENTICATED

class Tally {
 public:
  explicit Tally(Metrics& metrics) : metrics_(metrics) {}

  void Note(const rpc::EndedCall& call) {
    const Entry entry = EntryOf(call);
    entry.answers->Increment();
    if (!call.stream) entry.seconds->Observe(absl::ToDoubleSeconds(call.took));
  }

 private:
  struct Entry {
    Counter* answers;
    Histogram* seconds;  // null for streams
  };
  struct Rpc {
    std::array<Counter*, kCodes> answers{};
    Histogram* seconds = nullptr;
  };

  Entry EntryOf(const rpc::EndedCall& call) {
    const MutexLock lock(mutex_);
    auto found = rpcs_.find(call.rpc);
    if (found == rpcs_.end()) found = rpcs_.try_emplace(std::string(call.rpc)).first;
    Rpc& rpc = found->second;
    const auto code = static_cast<size_t>(call.code) % kCodes;
    if (rpc.answers[code] == nullptr) {
      rpc.answers[code] = &metrics_.CounterOf(
          "sti_grpc_requests_total", "Answers of the gRPC server by status code.",
          {{"rpc", found->first}, {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}});
    }
    if (rpc.seconds == nullptr && !call.stream) {
      rpc.seconds = &metrics_.HistogramOf("sti_grpc_seconds", "Time of RPCs that are no streams.",
                                          LatencyBuckets(), {{"rpc", found->first}});
    }
    return {rpc.answers[code], rpc.seconds};
  }

  Metrics& metrics_;
  Mutex mutex_;
  absl::flat_hash_map<std::string, Rpc> rpcs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

rpc::CallHook CountRpcs(Metrics& metrics) {
  return [tally = std::make_shared<Tally>(metrics)](const rpc::EndedCall& call) { tally->Note(call); };
}

rpc::RefusalHook CountAccessRefusals(Metrics& metrics, rpc::RefusalHook then) {
  Counter& refusals = metrics.CounterOf("sti_grpc_access_refusals_total",
                                        "RPCs of callers whom grpc.access does not name for them.");
  return [&refusals, then = std::move(then)](const rpc::AccessRefusal& refusal) {
    refusals.Add(1 + static_cast<double>(refusal.untold));
    if (then) then(refusal);
  };
}

}  // namespace sti::metrics
