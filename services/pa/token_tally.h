// SPC tokens by the minute, and the last refusals by Reason, for the status page.
#ifndef SERVICES_PA_TOKEN_TALLY_H_
#define SERVICES_PA_TOKEN_TALLY_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/status/error_log.h"
#include "common/status/rate_window.h"

namespace sti::pa {

// Thread-safe.
struct TokenTally {
  void Note(const absl::Status& outcome, absl::Time now) {
    if (outcome.ok()) return issued.Add(now);
    refused.Add(now);
    errors.Record(ReasonOf(outcome), outcome.message(), now);
  }

  status::RateWindow issued, refused;
  status::ErrorLog errors;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_TOKEN_TALLY_H_
