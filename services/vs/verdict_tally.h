// Verdicts by the minute, and the last failures by Reason, for the status page.
#ifndef SERVICES_VS_VERDICT_TALLY_H_
#define SERVICES_VS_VERDICT_TALLY_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/status/error_log.h"
#include "common/status/rate_window.h"
#include "common/stir/verdict.h"

namespace sti::vs {

// Thread-safe.
struct VerdictTally {
  // What a call got; an error is a call without verdict.
  void Note(const absl::StatusOr<stir::CallVerdict>& verdict, absl::Time now);

  status::ErrorLog errors;
  status::RateWindow passed, failed, unvalidated, refused;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_VERDICT_TALLY_H_
