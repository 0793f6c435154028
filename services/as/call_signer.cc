#include "services/as/call_signer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::as {
namespace {

absl::Status At(absl::string_view field, const absl::Status& status) {
  return MakeError(ReasonOf(status), field, status.message());
}

// RFC 4122 s3, any version and case: what is traced back is the text that the provider gave.
bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

absl::StatusOr<stir::PartyIdentity> OrigOf(const OutgoingCall& call, const stir::NumberingPlan& plan) {
  if (call.orig_tn.has_value()) {
    auto number = stir::TelephoneNumber::Canonicalize(*call.orig_tn, plan);
    if (!number.ok()) return At("orig.tn", number.status());
    return *std::move(number);
  }
  if (call.orig_uri.has_value()) {
    auto uri = stir::CanonicalizeUri(*call.orig_uri);
    if (!uri.ok()) return At("orig.uri", uri.status());
    return *std::move(uri);
  }
  return MakeError(Reason::kMissingField, "orig", "orig.tn or orig.uri is needed");
}

absl::Status FillDest(const OutgoingCall& call, const stir::NumberingPlan& plan, stir::ShakenClaims& claims) {
  const size_t count = call.dest_tn.size() + call.dest_uri.size();
  if (count == 0)
    return MakeError(Reason::kMissingField, "dest", "at least one dest.tn or dest.uri is needed");
  if (count > limits::kDestinations) {
    return MakeError(Reason::kTooLarge, "dest",
                     absl::StrCat(count, " destinations; at most ", limits::kDestinations));
  }
  for (size_t i = 0; i < call.dest_tn.size(); ++i) {
    auto number = stir::TelephoneNumber::Canonicalize(call.dest_tn[i], plan);
    if (!number.ok()) return At(absl::StrCat("dest.tn[", i, "]"), number.status());
    claims.dest_tn.push_back(*std::move(number));
  }
  for (size_t i = 0; i < call.dest_uri.size(); ++i) {
    auto uri = stir::CanonicalizeUri(call.dest_uri[i]);
    if (!uri.ok()) return At(absl::StrCat("dest.uri[", i, "]"), uri.status());
    claims.dest_uri.push_back(*std::move(uri));
  }
  // RFC 8225 s5.2.1: lexicographic order.
  std::sort(claims.dest_tn.begin(), claims.dest_tn.end(),
            [](const auto& a, const auto& b) { return a.digits() < b.digits(); });
  claims.dest_tn.erase(std::unique(claims.dest_tn.begin(), claims.dest_tn.end()), claims.dest_tn.end());
  std::sort(claims.dest_uri.begin(), claims.dest_uri.end(),
            [](const auto& a, const auto& b) { return a.text < b.text; });
  claims.dest_uri.erase(std::unique(claims.dest_uri.begin(), claims.dest_uri.end()), claims.dest_uri.end());
  return absl::OkStatus();
}

}  // namespace

CallSigner::CallSigner(const KeyRingSnapshot& ring, const Clock& clock, const Random& random,
                       const CallSignerOptions& options)
    : ring_(ring), clock_(clock), random_(random), options_(options) {}

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

absl::StatusOr<SignedCall> CallSigner::Sign(const OutgoingCall& call) const {
  if (!call.ppt.empty() && call.ppt != stir::kShakenPpt) {
    return MakeError(Reason::kPptUnsupported, "ppt", "only shaken is signed");
  }
  stir::ShakenClaims claims;
  STI_ASSIGN_OR_RETURN(claims.orig, OrigOf(call, options_.plan));
  STI_RETURN_IF_ERROR(FillDest(call, options_.plan, claims));
  if (call.attest == stir::Attestation::kNone) {
    return MakeError(Reason::kMissingField, "attest", "A, B or C is needed");
  }
  claims.attest = call.attest;
  const absl::Time now = clock_.TimeNow();
  STI_ASSIGN_OR_RETURN(claims.iat, CheckedIat(call, now));
  if (!call.origid.empty() && !IsUuid(call.origid))
    return MakeError(Reason::kInvalidField, "origid", "not a UUID");

  const std::shared_ptr<const KeyRing> ring = ring_.Get();
  if (ring == nullptr) return MakeError(Reason::kNotReady, "no signing certificate yet");
  STI_ASSIGN_OR_RETURN(const SigningCredentialPtr credential,
                       ring->Pick(absl::FromUnixSeconds(claims.iat), now));
  if (call.origid.empty()) {
    STI_ASSIGN_OR_RETURN(claims.origid, MakeUuid(random_));
  } else {
    claims.origid = call.origid;
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
