#include "services/as/call_signer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/as/outgoing_claims.h"

namespace sti::as {

CallSigner::CallSigner(CallSignerParts parts, const CallSignerOptions& options)
    : parts_(std::move(parts)), options_(options) {}

absl::StatusOr<int64_t> CallSigner::CheckedIat(const OutgoingCall& call, absl::Time now) const {
  if (!call.iat.has_value()) return absl::ToUnixSeconds(now);
  const absl::Time iat = absl::FromUnixSeconds(*call.iat);
  // RFC 8224 s6.1: nothing is signed whose time is not fresh.
  if (iat < now - options_.freshness) {
    return MakeError(
        Reason::kIatStale, "iat",
        absl::StrCat("more than ", absl::FormatDuration(options_.freshness), " before the clock"));
  }
  if (iat > now + options_.freshness) {
    return MakeError(
        Reason::kIatInFuture, "iat",
        absl::StrCat("more than ", absl::FormatDuration(options_.freshness), " after the clock"));
  }
  return *call.iat;
}

absl::StatusOr<SignedCall> CallSigner::Sign(size_t provider, const OutgoingCall& call) const {
  STI_ASSIGN_OR_RETURN(const stir::PassportType type, OutgoingType(call));
  STI_ASSIGN_OR_RETURN(stir::PassportClaims claims,
                       MakeOutgoingClaims(call, type, parts_.providers.all()[provider].plan));
  const absl::Time now = parts_.clock.TimeNow();
  STI_ASSIGN_OR_RETURN(claims.iat, CheckedIat(call, now));

  const std::shared_ptr<const KeyRing> ring = parts_.rings[provider]->Get();
  if (ring == nullptr) return MakeError(Reason::kNotReady, "no signing certificate yet");
  STI_ASSIGN_OR_RETURN(const SigningCredentialPtr credential,
                       ring->Pick(absl::FromUnixSeconds(claims.iat), now));
  if (type == stir::PassportType::kShaken && claims.origid.empty()) {
    STI_ASSIGN_OR_RETURN(claims.origid, MakeUuid(parts_.random));
  }

  SignedCall signed_call;
  STI_ASSIGN_OR_RETURN(signed_call.passport, credential->signer.Sign(claims));
  signed_call.x5u = credential->signer.x5u();
  signed_call.origid = std::move(claims.origid);
  signed_call.spc = credential->spc;
  signed_call.iat = claims.iat;
  signed_call.certificate_expires = credential->not_after;
  return signed_call;
}

}  // namespace sti::as
