#include "common/stir/check_list.h"

#include <algorithm>

namespace sti::stir {
namespace {

constexpr size_t kRows = static_cast<size_t>(CheckRow::kCount);
constexpr size_t kDetailSize = 120;

// Stable: users of the API match on them.
constexpr const char* kNames[kRows] = {
    "date_fresh",
    "identity_syntax",
    "full_form",
    "header_ppt",
    "info_present",
    "info_url",
    "certificate_download",
    "passport_syntax",
    "header_complete",
    "x5u_equals_info",
    "typ",
    "alg",
    "ppt",
    "crit",
    "claims_complete",
    "iat_fresh",
    "orig",
    "dest",
    "certificate_chain",
    "claim_constraints",
    "signature",
    "attest",
};

}  // namespace

std::vector<Check> MakeCheckList() {
  std::vector<Check> checks;
  checks.reserve(kRows);
  for (const char* name : kNames) checks.push_back(Check{name, CheckOutcome::kSkipped, Reason::kNone, {}});
  return checks;
}

void Pass(std::vector<Check>& checks, CheckRow row) {
  checks[static_cast<size_t>(row)].outcome = CheckOutcome::kPassed;
}

void Fail(std::vector<Check>& checks, CheckRow row, Reason reason, absl::string_view detail) {
  Check& check = checks[static_cast<size_t>(row)];
  check.outcome = CheckOutcome::kFailed;
  check.reason = reason;
  check.detail = Printable(detail);
}

Reason FirstFailure(const std::vector<Check>& checks) {
  for (const Check& check : checks) {
    if (check.outcome == CheckOutcome::kFailed) return check.reason;
  }
  return Reason::kNone;
}

bool FailedBeforeAttest(const std::vector<Check>& checks) {
  return std::any_of(checks.begin(), checks.end() - 1,
                     [](const Check& check) { return check.outcome == CheckOutcome::kFailed; });
}

bool AllPassed(const std::vector<Check>& checks) {
  if (checks.size() != kRows || checks[0].outcome == CheckOutcome::kFailed) return false;
  return std::all_of(checks.begin() + 1, checks.end(),
                     [](const Check& check) { return check.outcome == CheckOutcome::kPassed; });
}

std::string Printable(absl::string_view text) {
  std::string out(text.substr(0, kDetailSize));
  for (char& c : out) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return out;
}

}  // namespace sti::stir
