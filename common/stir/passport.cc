#include "common/stir/passport.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::stir {

absl::string_view AttestationText(Attestation attestation) {
  switch (attestation) {
    case Attestation::kA:
      return "A";
    case Attestation::kB:
      return "B";
    case Attestation::kC:
      return "C";
    case Attestation::kNone:
      break;
  }
  return "";
}

Attestation ParseAttestation(absl::string_view text) {
  if (text == "A") return Attestation::kA;
  if (text == "B") return Attestation::kB;
  if (text == "C") return Attestation::kC;
  return Attestation::kNone;
}

std::string SerializeHeader(absl::string_view ppt, absl::string_view x5u) {
  std::string out = R"({"alg":"ES256",)";
  if (!ppt.empty()) {
    out += R"("ppt":)";
    codec::AppendJsonString(ppt, out);
    out.push_back(',');
  }
  out += R"("typ":"passport","x5u":)";
  codec::AppendJsonString(x5u, out);
  out.push_back('}');
  return out;
}

absl::StatusOr<SealedPassport> SealedPassport::Parse(absl::string_view token) {
  if (token.size() > limits::kPassport) {
    return MakeError(Reason::kPassportTooLarge, absl::StrCat("more than ", limits::kPassport, " octets"));
  }
  if (absl::StartsWith(token, "..") && !absl::StrContains(token.substr(2), '.')) {
    return MakeError(Reason::kIdentityCompactForm, "no header and payload");
  }
  absl::StatusOr<jose::ParsedJws> jws = jose::ParseJws(token, limits::kPassport);
  if (!jws.ok()) return MakeError(Reason::kPassportMalformed, jws.status().message());
  SealedPassport out;
  out.jws_ = *std::move(jws);
  if (!out.jws_.header.is_object())
    return MakeError(Reason::kPassportMalformed, "the header is no JSON object");
  absl::StatusOr<codec::JsonValue> claims = codec::ParseJson(out.jws_.payload, limits::kPassport);
  if (!claims.ok()) {
    return MakeError(Reason::kPassportMalformed, absl::StrCat("payload: ", claims.status().message()));
  }
  if (!claims->is_object()) return MakeError(Reason::kPassportMalformed, "the payload is no JSON object");
  out.claims_ = *std::move(claims);
  return out;
}

}  // namespace sti::stir
