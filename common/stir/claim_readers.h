// Claims one by one, from JSON, against their schema. Private to passport_claims. Every failure is
// kClaimInvalid with the claim as field.
#ifndef COMMON_STIR_CLAIM_READERS_H_
#define COMMON_STIR_CLAIM_READERS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/codec/json.h"
#include "common/stir/passport_claims.h"

namespace sti::stir::claim_readers {

absl::Status Invalid(absl::string_view claim, absl::string_view what);

// RFC 8225 s5.2.1 and RFC 8946 s3, in party_claims.cc.
absl::Status ReadOrig(const codec::JsonValue& value, PassportClaims& out);
absl::Status ReadDest(const codec::JsonValue& value, PassportClaims& out);
absl::Status ReadDiv(const codec::JsonValue& value, PassportClaims& out);
// In extension_claims.cc: RFC 8225 s5.2.2.
absl::Status ReadMediaKeys(const codec::JsonValue& value, PassportClaims& out);
// RFC 8946 s6.
absl::Status ReadOpt(const codec::JsonValue& value, PassportClaims& out);
// RFC 8443 s3 and RFC 9027 s4; sph after rph.
absl::Status ReadRph(const codec::JsonValue& value, PassportClaims& out);
absl::Status ReadSph(const codec::JsonValue& value, PassportClaims& out);
// RFC 9475 s3.2.
absl::Status ReadMsgi(const codec::JsonValue& value, PassportClaims& out);
// rcd, rcdi, crn and iss of `claims` (RFC 9795 s5 to s7, s10), in rich_call_claims.cc.
absl::Status ReadRichCallData(const codec::JsonValue& claims, RichCallData& out);

}  // namespace sti::stir::claim_readers

#endif  // COMMON_STIR_CLAIM_READERS_H_
