#include "common/stir/claim_schema.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::stir {
namespace {

using codec::JsonValue;

absl::Status Invalid(absl::string_view claim, absl::string_view what) {
  return MakeError(Reason::kClaimInvalid, claim, what);
}

absl::StatusOr<TelephoneNumber> NumberClaim(absl::string_view claim, const JsonValue& value) {
  const std::string* text = value.if_string();
  if (text == nullptr) return Invalid(claim, "tn is no string");
  absl::StatusOr<TelephoneNumber> number = TelephoneNumber::FromClaim(*text);
  if (!number.ok()) return Invalid(claim, absl::StrCat("tn is not canonical: ", number.status().message()));
  return number;
}

// Other schemes than sip and sips have no canonical form in RFC 8224 s8.5: they stand for themselves.
absl::StatusOr<CanonicalUri> UriClaim(absl::string_view claim, const JsonValue& value) {
  const std::string* text = value.if_string();
  if (text == nullptr) return Invalid(claim, "uri is no string");
  if (text->size() > limits::kSipUri) return Invalid(claim, "uri is longer than the limit");
  const size_t colon = text->find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text->size()) {
    return Invalid(claim, "uri has no scheme");
  }
  if (!absl::StartsWithIgnoreCase(*text, "sip:") && !absl::StartsWithIgnoreCase(*text, "sips:") &&
      !absl::StartsWithIgnoreCase(*text, "urn:service:")) {
    return CanonicalUri{*text};
  }
  absl::StatusOr<CanonicalUri> uri = CanonicalizeUri(*text);
  if (!uri.ok()) return Invalid(claim, uri.status().message());
  return uri;
}

absl::StatusOr<PartyIdentity> ParseOrig(const JsonValue& value) {
  const codec::JsonObject* members = value.if_object();
  if (members == nullptr) return Invalid("orig", "no JSON object");
  if (members->size() != 1) return Invalid("orig", "not exactly one identity");
  const auto& [name, identity] = members->front();
  if (name == "tn") {
    STI_ASSIGN_OR_RETURN(TelephoneNumber number, NumberClaim("orig", identity));
    return PartyIdentity(std::move(number));
  }
  if (name == "uri") {
    STI_ASSIGN_OR_RETURN(CanonicalUri uri, UriClaim("orig", identity));
    return PartyIdentity(std::move(uri));
  }
  return Invalid("orig", "neither tn nor uri");
}

template <typename T, typename ParseOne>
absl::Status ParseDestArray(const JsonValue& value, ParseOne parse_one, std::vector<T>& out) {
  const codec::JsonArray* entries = value.if_array();
  if (entries == nullptr) return Invalid("dest", "tn or uri is no array");
  if (entries->empty()) return Invalid("dest", "tn or uri is an empty array");
  if (entries->size() > limits::kDestinations) return Invalid("dest", "more destinations than the limit");
  out.reserve(entries->size());
  for (const JsonValue& entry : *entries) {
    STI_ASSIGN_OR_RETURN(T one, parse_one("dest", entry));
    out.push_back(std::move(one));
  }
  return absl::OkStatus();
}

absl::Status ParseDest(const JsonValue& value, ShakenClaims& out) {
  const codec::JsonObject* members = value.if_object();
  if (members == nullptr) return Invalid("dest", "no JSON object");
  if (members->empty()) return Invalid("dest", "no identity");
  for (const auto& [name, identities] : *members) {
    if (name == "tn") {
      STI_RETURN_IF_ERROR(ParseDestArray(identities, NumberClaim, out.dest_tn));
    } else if (name == "uri") {
      STI_RETURN_IF_ERROR(ParseDestArray(identities, UriClaim, out.dest_uri));
    } else {
      return Invalid("dest", "a member other than tn and uri");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ShakenClaims> ParseShakenClaims(const JsonValue& claims) {
  constexpr absl::string_view kNames[] = {"attest", "dest", "iat", "orig", "origid"};
  const JsonValue* found[5];
  for (size_t i = 0; i < 5; ++i) {
    found[i] = claims.Find(kNames[i]);
    if (found[i] == nullptr) return MakeError(Reason::kClaimMissing, kNames[i], "absent");
  }
  const auto [attest, dest, iat, orig, origid] = found;
  ShakenClaims out;
  if (!attest->is_string()) return Invalid("attest", "no string");
  out.attest = ParseAttestation(*attest->if_string());
  STI_RETURN_IF_ERROR(ParseDest(*dest, out));
  if (!iat->is_int()) return Invalid("iat", "no integer");
  out.iat = *iat->if_int();
  if (out.iat < 0) return Invalid("iat", "negative");
  STI_ASSIGN_OR_RETURN(out.orig, ParseOrig(*orig));
  if (!origid->is_string()) return Invalid("origid", "no string");
  out.origid = *origid->if_string();
  return out;
}

bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

}  // namespace sti::stir
