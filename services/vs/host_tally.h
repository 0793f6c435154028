// Downloads of certificates by host (docs/operations.md "Metrics"). Whoever calls chooses the host of an x5u,
// so only hosts are named from which there was a certificate that a call passed with.
#ifndef SERVICES_VS_HOST_TALLY_H_
#define SERVICES_VS_HOST_TALLY_H_

#include <array>
#include <cstddef>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/metrics/metrics.h"

namespace sti::vs {

// Thread-safe.
class HostTally {
 public:
  static constexpr size_t kHosts = 200;  // by name, the first; the others are "other"

  // `metrics` must outlive this.
  explicit HostTally(metrics::Metrics& metrics) : metrics_(metrics) {}

  // A call passed with a certificate from there.
  void Know(const std::string& host);
  // The outcome of a download; kNone when it succeeded.
  void Note(const std::string& host, Reason result);

 private:
  using Results = std::array<metrics::Counter*, kReasonCount>;  // null until there was one

  metrics::Metrics& metrics_;
  Mutex mutex_;
  absl::flat_hash_map<std::string, Results> hosts_ ABSL_GUARDED_BY(mutex_);
  Results others_ ABSL_GUARDED_BY(mutex_) = {};
};

}  // namespace sti::vs

#endif  // SERVICES_VS_HOST_TALLY_H_
