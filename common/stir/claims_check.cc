// CheckClaims: what a verifier would refuse is not signed.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/stir/passport_claims.h"

namespace sti::stir {
namespace {

absl::Status Missing(absl::string_view claim, absl::string_view what) {
  return MakeError(Reason::kMissingField, claim, what);
}

absl::Status CheckEveryType(const PassportClaims& claims) {
  const size_t destinations = claims.dest_tn.size() + claims.dest_uri.size();
  if (destinations == 0) return Missing("dest", "empty");
  if (destinations > limits::kDestinations) {
    return MakeError(Reason::kTooLarge, "dest", absl::StrCat("more than ", limits::kDestinations));
  }
  if (claims.iat < 0) return MakeError(Reason::kInvalidField, "iat", "negative");
  if (claims.iat == 0) return Missing("iat", "not set");
  const auto* uri = std::get_if<CanonicalUri>(&claims.orig);
  if (uri != nullptr && uri->text.empty()) return Missing("orig", "not set");
  return absl::OkStatus();
}

absl::Status CheckShaken(const PassportClaims& claims) {
  if (claims.attest == Attestation::kNone) {
    return MakeError(Reason::kAttestInvalid, "attest", "not A, B or C");
  }
  if (claims.origid.empty()) return Missing("origid", "empty");
  return absl::OkStatus();
}

// What the serialization would hide from the schema: repeated names, and absence.
absl::Status CheckExtension(const PassportClaims& claims) {
  if (IsDiversion(claims.type) && !claims.div) return Missing("div", "not set");
  if (claims.type == PassportType::kDivO && claims.opt.empty()) return Missing("opt", "not set");
  if (claims.type == PassportType::kRph && claims.rph_auth.empty()) return Missing("rph", "no r-value");
  std::vector<absl::string_view> pointers;
  for (const auto& [pointer, digest] : claims.rich.digests) pointers.emplace_back(pointer);
  std::sort(pointers.begin(), pointers.end());
  if (std::adjacent_find(pointers.begin(), pointers.end()) != pointers.end()) {
    return MakeError(Reason::kInvalidField, "rcdi", "a pointer occurs twice");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckClaims(const PassportClaims& claims) {
  const bool shaken = claims.type == PassportType::kShaken;
  if (shaken) {
    if (absl::Status status = CheckShaken(claims); !status.ok()) return status;
  }
  if (absl::Status status = CheckEveryType(claims); !status.ok()) return status;
  // The usual call: its types leave nothing to check.
  if (shaken && claims.rich.empty() && claims.mky.empty()) return absl::OkStatus();
  if (absl::Status status = CheckExtension(claims); !status.ok()) return status;
  const absl::StatusOr<codec::JsonValue> json = codec::ParseJson(SerializeClaims(claims), limits::kPassport);
  if (!json.ok()) {
    const bool large = ReasonOf(json.status()) == Reason::kTooLarge;
    return MakeError(large ? Reason::kTooLarge : Reason::kInvalidField, json.status().message());
  }
  const absl::Status status = ParseClaims(*json, claims.type).status();
  if (status.ok()) return status;
  const Reason reason =
      ReasonOf(status) == Reason::kClaimMissing ? Reason::kMissingField : Reason::kInvalidField;
  return MakeError(reason, FieldOf(status), status.message());
}

}  // namespace sti::stir
