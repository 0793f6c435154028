#include "services/pa/register_metrics.h"

#include <string>

#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/pa/pending_change_records.h"
#include "services/pa/spc_revocation_records.h"

namespace sti::pa {

std::function<void(const absl::Status&)> CountTokens(metrics::Metrics& metrics) {
  metrics::Counter& issued = metrics.CounterOf("sti_pa_tokens_issued_total", "SPC tokens issued.");
  return [&metrics, &issued](const absl::Status& outcome) {
    if (outcome.ok()) return issued.Increment();
    metrics
        .CounterOf("sti_pa_token_refusals_total", "SPC tokens that were asked for and refused, by Reason.",
                   {{"reason", std::string(ReasonName(ReasonOf(outcome)))}})
        .Increment();
  };
}

absl::StatusOr<Waiting> CountWaiting(store::Database& database, absl::Time now) {
  Waiting waiting;
  STI_RETURN_IF_ERROR(database.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(waiting.approvals, CountPendingChanges(transaction));
    STI_ASSIGN_OR_RETURN(waiting.revocations, CountDueSpcRevocations(transaction, now));
    return absl::OkStatus();
  }));
  return waiting;
}

void SampleRegister(metrics::Metrics& metrics, store::Database& database, absl::Time now) {
  const absl::StatusOr<Waiting> waiting = CountWaiting(database, now);
  if (!waiting.ok()) return;
  metrics.GaugeOf("sti_pa_pending_approvals", "Changes that wait for a second person.")
      .Set(static_cast<double>(waiting->approvals));
  metrics
      .GaugeOf("sti_pa_spc_revocations_pending",
               "Revocations by SPC that are due and that a STI-CA has not confirmed.")
      .Set(static_cast<double>(waiting->revocations));
}

}  // namespace sti::pa
