// How long a daemon's database takes, and how far the audit's file is behind it.
#ifndef COMMON_METRICS_DATABASE_METRICS_H_
#define COMMON_METRICS_DATABASE_METRICS_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "common/metrics/metrics.h"
#include "common/store/database.h"

namespace sti::metrics {

// `database` with all its promises; its transactions are seen in sti_database_seconds and
// sti_database_failures_total, by access "read" or "write". `metrics` must outlive it.
std::unique_ptr<store::Database> CountUses(Metrics& metrics, std::unique_ptr<store::Database> database);

// For a Sampler: sets sti_audit_events_waiting to what `waiting` gives; an error changes nothing. `metrics` must
// outlive it.
std::function<void()> SampleAudit(Metrics& metrics, std::function<absl::StatusOr<int64_t>()> waiting);

}  // namespace sti::metrics

#endif  // COMMON_METRICS_DATABASE_METRICS_H_
