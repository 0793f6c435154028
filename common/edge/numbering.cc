#include "common/edge/numbering.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::edge {

absl::StatusOr<stir::NumberingPlan> PlanFor(absl::string_view country_code) {
  if (country_code.empty() || country_code.size() > 3 || country_code[0] == '0' ||
      !std::all_of(country_code.begin(), country_code.end(), absl::ascii_isdigit)) {
    return MakeError(
        Reason::kConfigInvalid, "country_code",
        absl::StrCat("\"", country_code, "\" is not a country code; 1 to 3 digits, the first not 0"));
  }
  stir::NumberingPlan plan;
  if (country_code == "1") return plan;
  plan.country_code = std::string(country_code);
  plan.international_prefixes = {"00"};
  plan.trunk_prefix = "0";
  plan.national_digits = 0;
  return plan;
}

}  // namespace sti::edge
