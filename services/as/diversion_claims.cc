// div, div.hi and opt of a call to be signed (RFC 8946).
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/stir/claim_syntax.h"
#include "services/as/diversion_incoming.h"
#include "services/as/outgoing_claims.h"

namespace sti::as {
namespace {

absl::Status Invalid(absl::string_view field, absl::string_view what) {
  return MakeError(Reason::kInvalidField, field, what);
}

absl::StatusOr<stir::PassportClaims> ReadOpt(absl::string_view token) {
  auto claims = ReadPassport(token);
  if (!claims.ok()) return Invalid("opt", claims.status().message());
  return claims;
}

// The PASSporT in opt is the one that this diversion continues (RFC 8946 s5.1). Its signature is the
// verifier's business.
absl::Status CheckOpt(const stir::PassportClaims& claims) {
  STI_ASSIGN_OR_RETURN(stir::PassportClaims before, ReadOpt(claims.opt));
  if (!(before.orig == claims.orig)) {
    return Invalid("opt", absl::StrCat("its orig is ", PartyText(before.orig)));
  }
  if (!IsDestination(before, *claims.div)) return Invalid("div", "not among the dest of opt");
  // Nobody verifies what is nested deeper.
  for (size_t levels = 1; before.type == stir::PassportType::kDivO; ++levels) {
    if (levels == limits::kDivHops) {
      return MakeError(Reason::kDivTooDeep, "opt", absl::StrCat("at most ", limits::kDivHops, " levels"));
    }
    const std::string opt = std::move(before.opt);
    STI_ASSIGN_OR_RETURN(before, ReadOpt(opt));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AddDiversion(const OutgoingCall& call, const stir::NumberingPlan& plan,
                          stir::PassportClaims& claims) {
  STI_ASSIGN_OR_RETURN(claims.div, OutgoingParty("div", call.div_tn, call.div_uri, plan));
  // RFC 8946 s4.1: only a change of the canonical destination is a diversion.
  if (IsDestination(claims, *claims.div)) return Invalid("div", "the destination is the same");
  if (!call.div_hi.empty()) {
    if (!stir::IsHistoryIndex(call.div_hi)) return Invalid("div_hi", "no index such as 1.2.1");
    claims.div_hi = call.div_hi;
  }
  if (claims.type == stir::PassportType::kDiv) return absl::OkStatus();
  if (call.opt.empty()) return MakeError(Reason::kMissingField, "opt", "the PASSporT before the diversion");
  claims.opt = call.opt;
  return CheckOpt(claims);
}

}  // namespace sti::as
