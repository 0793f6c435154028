#include "services/stictl/passport_inspector.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/url.h"
#include "common/crypto/es256.h"
#include "common/stir/passport.h"
#include "common/stir/passport_claims.h"
#include "common/stir/passport_type.h"
#include "common/stir/rcd_integrity.h"

namespace sti::stictl {
namespace {

using codec::JsonValue;

std::string TextOf(const JsonValue& object, absl::string_view name) {
  const JsonValue* value = object.Find(name);
  const std::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? "" : *text;
}

// A bare token has no ";" and no field name.
bool IsBareToken(absl::string_view text) {
  return !absl::StrContains(text, ';') && !absl::StrContains(text, ':');
}

std::string Age(absl::Time then, absl::Time now) {
  const absl::Duration age = now - then;
  return age >= absl::ZeroDuration()
             ? absl::StrCat(absl::FormatDuration(absl::Trunc(age, absl::Seconds(1))), " ago")
             : absl::StrCat("in ", absl::FormatDuration(absl::Trunc(-age, absl::Seconds(1))));
}

void NoteHeader(const Inspection& inspection, std::vector<std::string>& notes) {
  const std::string x5u = TextOf(inspection.header, "x5u");
  if (TextOf(inspection.header, "alg") != "ES256")
    notes.push_back("alg is not ES256: STIR/SHAKEN allows nothing else");
  if (TextOf(inspection.header, "typ") != "passport") notes.push_back("typ is not \"passport\"");
  if (inspection.header.Find("crit") != nullptr)
    notes.push_back("crit marks members that a verifier must know");
  const auto url = codec::Url::Parse(x5u);
  if (!url.ok()) {
    notes.push_back(absl::StrCat("x5u is not an acceptable https URL: ", url.status().message()));
  } else if (url->port() != 443 && url->port() != 8443) {
    notes.push_back("x5u names another port than 443 or 8443");
  }
  if (!inspection.identity.has_value()) return;
  const stir::IdentityHeader& identity = *inspection.identity;
  if (!identity.info.has_value()) {
    notes.push_back("the Identity header has no info parameter");
  } else if (*identity.info != x5u) {
    notes.push_back("info and x5u differ");
  }
  if (identity.ppt.value_or("") != TextOf(inspection.header, "ppt"))
    notes.push_back("ppt of header and token differ");
}

void NoteTime(const JsonValue& claims, absl::Time now, std::vector<std::string>& notes) {
  const JsonValue* iat = claims.Find("iat");
  if (iat == nullptr || iat->if_int() == nullptr) return;  // the schema says so
  const absl::Time time = absl::FromUnixSeconds(*iat->if_int());
  notes.push_back(absl::StrCat("iat is ", absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone()),
                               ", ", Age(time, now)));
}

void NoteAttestation(stir::Attestation attestation, std::vector<std::string>& notes) {
  switch (attestation) {
    case stir::Attestation::kA:
      notes.push_back("attestation A: the provider knows the customer and the right to the number");
      break;
    case stir::Attestation::kB:
      notes.push_back("attestation B: the provider knows the customer, not the right to the number");
      break;
    case stir::Attestation::kC:
      notes.push_back("attestation C: the provider is only where the call entered");
      break;
    case stir::Attestation::kNone:
      notes.push_back("attest is not A, B or C");
  }
}

void NoteRichCallData(const stir::RichCallData& data, std::vector<std::string>& notes) {
  for (const stir::RcdItem& item : stir::JudgeRcdIntegrity(data)) {
    if (item.integrity == stir::RcdIntegrity::kFailed) {
      notes.push_back(absl::StrCat("the digest of rcd", item.pointer, " does not fit"));
    } else if (item.integrity == stir::RcdIntegrity::kUnprotected) {
      notes.push_back(absl::StrCat("rcd", item.pointer, " is behind a URL and has no digest"));
    } else if (item.integrity == stir::RcdIntegrity::kToFetch) {
      notes.push_back(absl::StrCat("rcd", item.pointer, " is to be fetched and compared with ", item.digest));
    }
  }
}

// By the schema of the type, where there is one.
void NoteClaims(const Inspection& inspection, absl::Time now, std::vector<std::string>& notes) {
  NoteTime(inspection.claims, now, notes);
  const JsonValue* ppt = inspection.header.Find("ppt");
  const std::optional<stir::PassportType> type = stir::ParsePpt(TextOf(inspection.header, "ppt"));
  if (!type || (ppt != nullptr && *type == stir::PassportType::kBase)) {
    notes.push_back("no verifier here knows this ppt");
    return;
  }
  const absl::StatusOr<stir::PassportClaims> claims = stir::ParseClaims(inspection.claims, *type);
  if (!claims.ok()) {
    const std::string claim = FieldOf(claims.status());
    notes.push_back(ReasonOf(claims.status()) == Reason::kClaimMissing
                        ? absl::StrCat("claim ", claim, " is missing")
                        : absl::StrCat("claim ", claim, " is wrong: ", claims.status().message()));
    return;
  }
  if (*type == stir::PassportType::kShaken) NoteAttestation(claims->attest, notes);
  if (claims->div) {
    notes.push_back(absl::StrCat("diverted from ", PartyText(*claims->div),
                                 claims->opt.empty() ? "" : "; inspect opt for the PASSporT before"));
  }
  NoteRichCallData(claims->rich, notes);
}

}  // namespace

absl::StatusOr<Inspection> InspectPassport(absl::string_view text, absl::Time now) {
  Inspection inspection;
  std::string token(absl::StripAsciiWhitespace(text));
  if (token.empty()) return MakeError(Reason::kIdentityMissing, "nothing to inspect");
  if (!IsBareToken(token)) {
    STI_ASSIGN_OR_RETURN(inspection.identity, stir::IdentityHeader::Parse(token));
    token = inspection.identity->token;
  }
  STI_ASSIGN_OR_RETURN(const stir::SealedPassport passport, stir::SealedPassport::Parse(token));
  inspection.header = passport.header();
  inspection.claims = passport.claims();
  inspection.signature_hex = absl::BytesToHexString(passport.signature());
  NoteHeader(inspection, inspection.notes);
  NoteClaims(inspection, now, inspection.notes);
  if (passport.signature().size() != crypto::kEs256SignatureSize) {
    inspection.notes.push_back(absl::StrCat("the signature has ", passport.signature().size(),
                                            " octets instead of 64 (DER, perhaps)"));
  }
  return inspection;
}

}  // namespace sti::stictl
