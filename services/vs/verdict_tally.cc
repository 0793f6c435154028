#include "services/vs/verdict_tally.h"

#include <string>

#include "common/base/reason.h"
#include "common/stir/check_list.h"

namespace sti::vs {
namespace {

// What was compared in the header that decided.
std::string DetailOf(const stir::CallVerdict& verdict) {
  if (!verdict.decided_by) return "";
  const std::vector<stir::Check>& checks = verdict.headers[*verdict.decided_by].checks;
  const size_t row = stir::Progress(checks);
  return row < checks.size() ? checks[row].detail : "";
}

}  // namespace

void VerdictTally::Note(const absl::StatusOr<stir::CallVerdict>& verdict, absl::Time now) {
  if (!verdict.ok()) {
    refused.Add(now);
    errors.Record(ReasonOf(verdict.status()), verdict.status().message(), now);
    return;
  }
  if (verdict->passed()) {
    passed.Add(now);
    return;
  }
  (verdict->verstat == Verstat::kTnValidationFailed ? failed : unvalidated).Add(now);
  errors.Record(verdict->reason, DetailOf(*verdict), now);
}

}  // namespace sti::vs
