// The Prometheus names of what sti-pa gives out and what waits in its register (docs/operations.md
// "Metrics").
#ifndef SERVICES_PA_REGISTER_METRICS_H_
#define SERVICES_PA_REGISTER_METRICS_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/metrics/metrics.h"
#include "common/store/database.h"

namespace sti::pa {

// For TokenIssuer: counts tokens, and refusals by Reason. `metrics` must outlive it.
std::function<void(const absl::Status&)> CountTokens(metrics::Metrics& metrics);

// What waits in the register.
struct Waiting {
  int64_t approvals = 0;    // for a second person
  int64_t revocations = 0;  // by SPC, that are due and that a STI-CA has not confirmed
};

// Asks the database. kStorageFailed. Thread-safe.
absl::StatusOr<Waiting> CountWaiting(store::Database& database, absl::Time now);
// Sets the gauges of that; what cannot be had keeps its value. Thread-safe.
void SampleRegister(metrics::Metrics& metrics, store::Database& database, absl::Time now);

}  // namespace sti::pa

#endif  // SERVICES_PA_REGISTER_METRICS_H_
