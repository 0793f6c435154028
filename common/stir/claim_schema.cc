#include "common/stir/claim_schema.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/stir/passport_claims.h"

namespace sti::stir {

absl::StatusOr<ShakenClaims> ParseShakenClaims(const codec::JsonValue& claims) {
  STI_ASSIGN_OR_RETURN(PassportClaims parsed, ParseClaims(claims, PassportType::kShaken));
  ShakenClaims out;
  out.attest = parsed.attest;
  out.orig = std::move(parsed.orig);
  out.dest_tn = std::move(parsed.dest_tn);
  out.dest_uri = std::move(parsed.dest_uri);
  out.iat = parsed.iat;
  out.origid = std::move(parsed.origid);
  return out;
}

}  // namespace sti::stir
