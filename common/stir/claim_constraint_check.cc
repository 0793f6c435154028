#include "common/stir/claim_constraint_check.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::stir {
namespace {

absl::Status Violated(absl::string_view claim, absl::string_view what) {
  return MakeError(Reason::kClaimConstraintsViolated, claim, absl::StrCat(claim, ": ", what));
}

}  // namespace

absl::Status CheckClaimConstraints(const pki::ClaimConstraints& constraints, const codec::JsonValue& claims) {
  for (const std::string& name : constraints.must_include) {
    if (claims.Find(name) == nullptr) return Violated(name, "the certificate demands this claim");
  }
  for (const pki::PermittedValues& permitted : constraints.permitted) {
    const codec::JsonValue* value = claims.Find(permitted.claim);
    if (value == nullptr) continue;  // RFC 9118 s4: judged only when present
    const std::string text = value->is_string() ? *value->if_string() : codec::CanonicalJson(*value);
    if (std::find(permitted.values.begin(), permitted.values.end(), text) == permitted.values.end()) {
      return Violated(permitted.claim, "the certificate does not permit this value");
    }
  }
  for (const std::string& name : constraints.must_exclude) {
    if (claims.Find(name) != nullptr) return Violated(name, "the certificate excludes this claim");
  }
  return absl::OkStatus();
}

}  // namespace sti::stir
