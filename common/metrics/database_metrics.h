// How long a daemon's database takes.
#ifndef COMMON_METRICS_DATABASE_METRICS_H_
#define COMMON_METRICS_DATABASE_METRICS_H_

#include <memory>

#include "common/metrics/metrics.h"
#include "common/store/database.h"

namespace sti::metrics {

// `database` with all its promises; its transactions are seen in sti_database_seconds and
// sti_database_failures_total, by access "read" or "write". `metrics` must outlive it.
std::unique_ptr<store::Database> CountUses(Metrics& metrics, std::unique_ptr<store::Database> database);

}  // namespace sti::metrics

#endif  // COMMON_METRICS_DATABASE_METRICS_H_
