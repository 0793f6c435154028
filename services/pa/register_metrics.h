// The Prometheus names of what sti-pa gives out and what waits in its register (docs/operations.md
// "Metrics").
#ifndef SERVICES_PA_REGISTER_METRICS_H_
#define SERVICES_PA_REGISTER_METRICS_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/metrics/metrics.h"
#include "common/store/database.h"

namespace sti::pa {

// For TokenIssuer: counts tokens, and refusals by Reason. `metrics` must outlive it.
std::function<void(const absl::Status&)> CountTokens(metrics::Metrics& metrics);

// Asks the database what waits: for a second person, and for a STI-CA to confirm. What cannot be had keeps its
// value. Thread-safe.
void SampleRegister(metrics::Metrics& metrics, store::Database& database, absl::Time now);

}  // namespace sti::pa

#endif  // SERVICES_PA_REGISTER_METRICS_H_
