#include "common/stir/passport.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::stir {
namespace {

const std::string& TextOf(const TelephoneNumber& number) { return number.digits(); }
const std::string& TextOf(const CanonicalUri& uri) { return uri.text; }

// "name":["a","b"] in lexicographic order (RFC 8225 s5.2.1).
template <typename T>
void AppendSorted(absl::string_view name, const std::vector<T>& entries, std::string& out) {
  absl::StrAppend(&out, "\"", name, "\":[");
  if (entries.size() == 1) {
    codec::AppendJsonString(TextOf(entries[0]), out);
  } else {
    std::vector<absl::string_view> sorted;
    sorted.reserve(entries.size());
    for (const T& entry : entries) sorted.push_back(TextOf(entry));
    std::sort(sorted.begin(), sorted.end());
    for (size_t i = 0; i < sorted.size(); ++i) {
      if (i != 0) out.push_back(',');
      codec::AppendJsonString(sorted[i], out);
    }
  }
  out.push_back(']');
}

}  // namespace

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

std::string SerializeClaims(const ShakenClaims& claims) {
  std::string out;
  out.reserve(256);
  absl::StrAppend(&out, R"({"attest":")", AttestationText(claims.attest), R"(","dest":{)");
  if (!claims.dest_tn.empty()) AppendSorted("tn", claims.dest_tn, out);
  if (!claims.dest_uri.empty()) {
    if (!claims.dest_tn.empty()) out.push_back(',');
    AppendSorted("uri", claims.dest_uri, out);
  }
  absl::StrAppend(&out, R"(},"iat":)", claims.iat, R"(,"orig":{)");
  if (const auto* number = std::get_if<TelephoneNumber>(&claims.orig)) {
    absl::StrAppend(&out, R"("tn":")", number->digits(), "\"");
  } else {
    out += R"("uri":)";
    codec::AppendJsonString(std::get<CanonicalUri>(claims.orig).text, out);
  }
  out += R"(},"origid":)";
  codec::AppendJsonString(claims.origid, out);
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
