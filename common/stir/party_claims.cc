// orig, dest and div: who calls, who is called, and from whom the call was diverted.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/status_macros.h"
#include "common/stir/claim_readers.h"
#include "common/stir/claim_syntax.h"

namespace sti::stir::claim_readers {
namespace {

using codec::JsonValue;

absl::StatusOr<TelephoneNumber> ReadNumber(absl::string_view claim, const JsonValue& value) {
  const std::string* text = value.if_string();
  if (text == nullptr) return Invalid(claim, "tn is no string");
  absl::StatusOr<TelephoneNumber> number = TelephoneNumber::FromClaim(*text);
  if (!number.ok()) return Invalid(claim, absl::StrCat("tn is not canonical: ", number.status().message()));
  return number;
}

// RFC 3986 s3.1.
bool IsScheme(absl::string_view text) {
  return !text.empty() && absl::ascii_isalpha(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' || c == '.';
         });
}

// Other schemes than sip and sips have no canonical form in RFC 8224 s8.5: they stand for themselves.
absl::StatusOr<CanonicalUri> ReadUri(absl::string_view claim, const JsonValue& value) {
  const std::string* text = value.if_string();
  if (text == nullptr) return Invalid(claim, "uri is no string");
  if (text->size() > limits::kSipUri) return Invalid(claim, "uri is longer than the limit");
  const size_t colon = text->find(':');
  if (colon == std::string::npos || colon + 1 == text->size() ||
      !IsScheme(absl::string_view(*text).substr(0, colon))) {
    return Invalid(claim, "uri has no scheme");
  }
  if (!absl::StartsWithIgnoreCase(*text, "sip:") && !absl::StartsWithIgnoreCase(*text, "sips:") &&
      !absl::StartsWithIgnoreCase(*text, "urn:service:")) {
    const bool printable =
        std::all_of(text->begin(), text->end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (!printable) return Invalid(claim, "uri has a character that a URI may not have");
    return CanonicalUri{*text};
  }
  absl::StatusOr<CanonicalUri> uri = CanonicalizeUri(*text);
  if (!uri.ok()) return Invalid(claim, uri.status().message());
  return uri;
}

absl::StatusOr<PartyIdentity> ReadIdentity(absl::string_view claim, absl::string_view name,
                                           const JsonValue& value) {
  if (name == "tn") {
    STI_ASSIGN_OR_RETURN(TelephoneNumber number, ReadNumber(claim, value));
    return PartyIdentity(std::move(number));
  }
  STI_ASSIGN_OR_RETURN(CanonicalUri uri, ReadUri(claim, value));
  return PartyIdentity(std::move(uri));
}

template <typename T, typename ReadOne>
absl::Status ReadDestArray(const JsonValue& value, ReadOne read_one, std::vector<T>& out) {
  const codec::JsonArray* entries = value.if_array();
  if (entries == nullptr) return Invalid("dest", "tn or uri is no array");
  if (entries->empty()) return Invalid("dest", "tn or uri is an empty array");
  if (entries->size() > limits::kDestinations) return Invalid("dest", "more destinations than the limit");
  out.reserve(entries->size());
  for (const JsonValue& entry : *entries) {
    STI_ASSIGN_OR_RETURN(T one, read_one("dest", entry));
    out.push_back(std::move(one));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadOrig(const JsonValue& value, PassportClaims& out) {
  const codec::JsonObject* members = value.if_object();
  if (members == nullptr) return Invalid("orig", "no JSON object");
  if (members->size() != 1) return Invalid("orig", "not exactly one identity");
  const auto& [name, identity] = members->front();
  if (name != "tn" && name != "uri") return Invalid("orig", "neither tn nor uri");
  STI_ASSIGN_OR_RETURN(out.orig, ReadIdentity("orig", name, identity));
  return absl::OkStatus();
}

absl::Status ReadDest(const JsonValue& value, PassportClaims& out) {
  const codec::JsonObject* members = value.if_object();
  if (members == nullptr) return Invalid("dest", "no JSON object");
  if (members->empty()) return Invalid("dest", "no identity");
  for (const auto& [name, identities] : *members) {
    if (name == "tn") {
      STI_RETURN_IF_ERROR(ReadDestArray(identities, ReadNumber, out.dest_tn));
    } else if (name == "uri") {
      STI_RETURN_IF_ERROR(ReadDestArray(identities, ReadUri, out.dest_uri));
    } else {
      return Invalid("dest", "a member other than tn and uri");
    }
  }
  if (out.dest_tn.size() + out.dest_uri.size() > limits::kDestinations) {
    return Invalid("dest", "more destinations than the limit");
  }
  return absl::OkStatus();
}

absl::Status ReadDiv(const JsonValue& value, PassportClaims& out) {
  const codec::JsonObject* members = value.if_object();
  if (members == nullptr) return Invalid("div", "no JSON object");
  for (const auto& [name, member] : *members) {
    if (name == "tn" || name == "uri") {
      if (out.div) return Invalid("div", "not exactly one identity");
      STI_ASSIGN_OR_RETURN(out.div, ReadIdentity("div", name, member));
    } else if (name == "hi") {
      const std::string* index = member.if_string();
      if (index == nullptr || !IsHistoryIndex(*index)) {
        return Invalid("div", "hi is no index of a History-Info entry");
      }
      out.div_hi = *index;
    } else {
      return Invalid("div", "a member other than tn, uri and hi");
    }
  }
  if (!out.div) return Invalid("div", "neither tn nor uri");
  return absl::OkStatus();
}

}  // namespace sti::stir::claim_readers
