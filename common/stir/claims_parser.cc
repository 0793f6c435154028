// ParseClaims: which claims a type has, and in which order they are judged.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/types/span.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/stir/claim_readers.h"
#include "common/stir/passport_claims.h"

namespace sti::stir {
namespace {

using claim_readers::Invalid;
using codec::JsonValue;

absl::Span<const absl::string_view> MandatoryClaims(PassportType type) {
  static constexpr absl::string_view kBase[] = {"dest", "iat", "orig"};
  static constexpr absl::string_view kShaken[] = {"attest", "dest", "iat", "orig", "origid"};
  static constexpr absl::string_view kDiv[] = {"dest", "div", "iat", "orig"};
  static constexpr absl::string_view kDivO[] = {"dest", "div", "iat", "opt", "orig"};
  static constexpr absl::string_view kRph[] = {"dest", "iat", "orig", "rph"};
  switch (type) {
    case PassportType::kShaken:
      return kShaken;
    case PassportType::kDiv:
      return kDiv;
    case PassportType::kDivO:
      return kDivO;
    case PassportType::kRph:
      return kRph;
    case PassportType::kBase:
    case PassportType::kRcd:
    case PassportType::kMsg:
      break;
  }
  return kBase;
}

absl::Status CheckPresence(const JsonValue& claims, PassportType type) {
  for (const absl::string_view name : MandatoryClaims(type)) {
    if (claims.Find(name) == nullptr) return MakeError(Reason::kClaimMissing, name, "absent");
  }
  if (type == PassportType::kRcd && claims.Find("rcd") == nullptr && claims.Find("crn") == nullptr) {
    return MakeError(Reason::kClaimMissing, "rcd", "neither rcd nor crn");
  }
  return absl::OkStatus();
}

absl::Status ReadIat(const JsonValue& value, PassportClaims& out) {
  if (!value.is_int()) return Invalid("iat", "no integer");
  out.iat = *value.if_int();
  return out.iat < 0 ? Invalid("iat", "negative") : absl::OkStatus();
}

absl::Status ReadShaken(const JsonValue& claims, PassportClaims& out) {
  const std::string* attest = claims.Find("attest")->if_string();
  const std::string* origid = claims.Find("origid")->if_string();
  if (attest == nullptr) return Invalid("attest", "no string");
  if (origid == nullptr) return Invalid("origid", "no string");
  out.attest = ParseAttestation(*attest);
  out.origid = *origid;
  return claim_readers::ReadRichCallData(claims, out.rich);
}

absl::Status ReadDiversion(const JsonValue& claims, PassportClaims& out) {
  STI_RETURN_IF_ERROR(claim_readers::ReadDiv(*claims.Find("div"), out));
  if (out.type == PassportType::kDivO) return claim_readers::ReadOpt(*claims.Find("opt"), out);
  // RFC 8946 s3: such a PASSporT MUST NOT have one.
  return claims.Find("opt") == nullptr ? absl::OkStatus() : Invalid("opt", "in a div PASSporT");
}

absl::Status ReadPriority(const JsonValue& claims, PassportClaims& out) {
  STI_RETURN_IF_ERROR(claim_readers::ReadRph(*claims.Find("rph"), out));
  const JsonValue* sph = claims.Find("sph");
  return sph == nullptr ? absl::OkStatus() : claim_readers::ReadSph(*sph, out);
}

absl::Status ReadMessage(const JsonValue& claims, PassportClaims& out) {
  const JsonValue* msgi = claims.Find("msgi");
  return msgi == nullptr ? absl::OkStatus() : claim_readers::ReadMsgi(*msgi, out);
}

absl::Status ReadExtension(const JsonValue& claims, PassportClaims& out) {
  switch (out.type) {
    case PassportType::kBase:
      return absl::OkStatus();
    case PassportType::kShaken:
      return ReadShaken(claims, out);
    case PassportType::kDiv:
    case PassportType::kDivO:
      return ReadDiversion(claims, out);
    case PassportType::kRph:
      return ReadPriority(claims, out);
    case PassportType::kRcd:
      return claim_readers::ReadRichCallData(claims, out.rich);
    case PassportType::kMsg:
      return ReadMessage(claims, out);
  }
  return MakeError(Reason::kInternal, "no such PASSporT type");
}

}  // namespace

absl::Status claim_readers::Invalid(absl::string_view claim, absl::string_view what) {
  return MakeError(Reason::kClaimInvalid, claim, what);
}

absl::StatusOr<PassportClaims> ParseClaims(const JsonValue& claims, PassportType type) {
  STI_RETURN_IF_ERROR(CheckPresence(claims, type));
  PassportClaims out;
  out.type = type;
  STI_RETURN_IF_ERROR(claim_readers::ReadDest(*claims.Find("dest"), out));
  STI_RETURN_IF_ERROR(ReadIat(*claims.Find("iat"), out));
  STI_RETURN_IF_ERROR(claim_readers::ReadOrig(*claims.Find("orig"), out));
  if (const JsonValue* mky = claims.Find("mky"); mky != nullptr) {
    STI_RETURN_IF_ERROR(claim_readers::ReadMediaKeys(*mky, out));
  }
  STI_RETURN_IF_ERROR(ReadExtension(claims, out));
  return out;
}

bool IsDestination(const PassportClaims& claims, const PartyIdentity& party) {
  if (const auto* number = std::get_if<TelephoneNumber>(&party)) {
    return std::find(claims.dest_tn.begin(), claims.dest_tn.end(), *number) != claims.dest_tn.end();
  }
  const auto& uri = std::get<CanonicalUri>(party);
  return std::find(claims.dest_uri.begin(), claims.dest_uri.end(), uri) != claims.dest_uri.end();
}

bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

bool IsMediaKeyFingerprint(const MediaKeyFingerprint& key) {
  constexpr std::pair<absl::string_view, size_t> kHexSizes[] = {
      {"sha-1", 40}, {"sha-224", 56}, {"sha-256", 64}, {"sha-384", 96}, {"sha-512", 128}};
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  const auto is_name = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-'; };
  if (key.alg.empty() || key.alg.size() > 32 || !std::all_of(key.alg.begin(), key.alg.end(), is_name)) {
    return false;
  }
  if (key.dig.empty() || key.dig.size() > 256 || key.dig.size() % 2 != 0 ||
      !std::all_of(key.dig.begin(), key.dig.end(), is_hex)) {
    return false;
  }
  return std::all_of(std::begin(kHexSizes), std::end(kHexSizes), [&key](const auto& known) {
    return known.first != key.alg || known.second == key.dig.size();
  });
}

}  // namespace sti::stir
