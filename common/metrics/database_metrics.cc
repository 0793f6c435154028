#include "common/metrics/database_metrics.h"

#include <utility>

#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/store/observed_database.h"

namespace sti::metrics {
namespace {

struct Access {
  Access(Metrics& metrics, const char* name)
      : seconds(metrics.HistogramOf("sti_database_seconds", "Transactions, waiting included.",
                                    LatencyBuckets(), {{"access", name}})),
        failures(metrics.CounterOf("sti_database_failures_total",
                                   "Transactions that failed with STORAGE_FAILED.", {{"access", name}})) {}

  void Note(absl::Duration took, const absl::Status& status) const {
    seconds.Observe(absl::ToDoubleSeconds(took));
    if (ReasonOf(status) == Reason::kStorageFailed) failures.Increment();
  }

  Histogram& seconds;
  Counter& failures;
};

}  // namespace

std::unique_ptr<store::Database> CountUses(Metrics& metrics, std::unique_ptr<store::Database> database) {
  return store::ObserveDatabase(std::move(database),
                                [read = Access(metrics, "read"), write = Access(metrics, "write")](
                                    store::DatabaseUse use, absl::Duration took, const absl::Status& status) {
                                  (use == store::DatabaseUse::kRead ? read : write).Note(took, status);
                                });
}

std::function<void()> SampleAudit(Metrics& metrics, std::function<absl::StatusOr<int64_t>()> waiting) {
  return [&metrics, waiting = std::move(waiting)] {
    const absl::StatusOr<int64_t> events = waiting();
    if (!events.ok()) return;
    metrics.GaugeOf("sti_audit_events_waiting", "Events of the audit that are not in its file yet.")
        .Set(static_cast<double>(*events));
  };
}

}  // namespace sti::metrics
