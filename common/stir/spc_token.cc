#include "common/stir/spc_token.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/codec/json.h"

namespace sti::stir {
namespace {

using codec::JsonValue;

constexpr absl::Duration kClockSkew = absl::Seconds(60);
// A jti is stored for as long as its token may be replayed: a UUID has 36 characters.
constexpr size_t kMaxJti = 256;

absl::Status Malformed(absl::string_view field, absl::string_view what) {
  return MakeError(Reason::kSpcTokenMalformed, field, what);
}

absl::StatusOr<std::string> StringMember(const JsonValue& object, absl::string_view name) {
  const JsonValue* value = object.Find(name);
  if (value == nullptr) return Malformed(name, "absent");
  if (!value->is_string() || value->if_string()->empty()) return Malformed(name, "not a string with content");
  return *value->if_string();
}

absl::StatusOr<absl::Time> TimeMember(const JsonValue& object, absl::string_view name) {
  const JsonValue* value = object.Find(name);
  if (value == nullptr) return Malformed(name, "absent");
  if (!value->is_int() || *value->if_int() < 0) return Malformed(name, "not an integer of seconds");
  return absl::FromUnixSeconds(*value->if_int());
}

absl::Status ReadTnAuthList(const JsonValue& atc, std::optional<pki::TnAuthList>& out) {
  STI_ASSIGN_OR_RETURN(const std::string tkvalue, StringMember(atc, "tkvalue"));
  const absl::StatusOr<std::string> der = codec::Base64DecodeLenient(tkvalue);
  if (!der.ok()) return Malformed("tkvalue", der.status().message());
  absl::StatusOr<pki::TnAuthList> list = pki::TnAuthList::ParseDer(*der);
  if (!list.ok()) return Malformed("tkvalue", list.status().message());
  out = *std::move(list);
  return absl::OkStatus();
}

absl::StatusOr<bool> ReadCaFlag(const JsonValue& atc) {
  const JsonValue* ca = atc.Find("ca");
  if (ca == nullptr) return false;  // RFC 9447 s3: absent means no CA certificate
  if (!ca->is_bool()) return Malformed("ca", "not a boolean");
  return *ca->if_bool();
}

absl::StatusOr<SpcTokenClaims> ReadClaims(const JsonValue& payload) {
  const JsonValue* atc = payload.Find("atc");
  if (atc == nullptr || !atc->is_object()) return Malformed("atc", "not an object");
  STI_ASSIGN_OR_RETURN(const std::string tktype, StringMember(*atc, "tktype"));
  if (!absl::EqualsIgnoreCase(tktype, "TNAuthList")) return Malformed("tktype", "not TNAuthList");
  std::optional<pki::TnAuthList> list;
  STI_RETURN_IF_ERROR(ReadTnAuthList(*atc, list));
  STI_ASSIGN_OR_RETURN(std::string fingerprint, StringMember(*atc, "fingerprint"));
  if (!IsFingerprint(fingerprint)) return Malformed("fingerprint", "not \"SHA256 \" and 32 octets");
  STI_ASSIGN_OR_RETURN(const bool ca, ReadCaFlag(*atc));
  STI_ASSIGN_OR_RETURN(std::string jti, StringMember(payload, "jti"));
  if (jti.size() > kMaxJti) return Malformed("jti", "longer than the limit");
  STI_ASSIGN_OR_RETURN(const absl::Time expires, TimeMember(payload, "exp"));
  std::string issuer;
  if (payload.Find("iss") != nullptr) {
    STI_ASSIGN_OR_RETURN(issuer, StringMember(payload, "iss"));
  }
  return SpcTokenClaims{*std::move(list), std::move(fingerprint), ca, std::move(jti),
                        expires,          std::move(issuer)};
}

// RFC 7519 s4.1.4 and s4.1.5; nbf is not demanded, but honoured.
absl::Status CheckTime(const SpcTokenClaims& claims, const JsonValue& payload, absl::Time now) {
  if (now >= claims.expires + kClockSkew) return MakeError(Reason::kSpcTokenExpired, "exp", "has expired");
  if (payload.Find("nbf") == nullptr) return absl::OkStatus();
  STI_ASSIGN_OR_RETURN(const absl::Time not_before, TimeMember(payload, "nbf"));
  if (now < not_before - kClockSkew) return MakeError(Reason::kSpcTokenExpired, "nbf", "not valid yet");
  return absl::OkStatus();
}

}  // namespace

bool IsFingerprint(absl::string_view text) {
  constexpr absl::string_view kPrefix = "SHA256 ";
  constexpr size_t kOctets = 32;
  if (!absl::StartsWith(text, kPrefix)) return false;
  text.remove_prefix(kPrefix.size());
  if (text.size() != kOctets * 3 - 1) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hex = absl::StrContains("0123456789ABCDEF", text[i]);
    if (i % 3 == 2 ? text[i] != ':' : !hex) return false;
  }
  return true;
}

absl::StatusOr<std::string> SignSpcToken(const SpcTokenClaims& claims,
                                         const std::vector<pki::Certificate>& signer_chain,
                                         const crypto::Signer& signer, const SignerNaming& naming) {
  if (!IsFingerprint(claims.fingerprint)) {
    return MakeError(Reason::kInvalidField, "fingerprint",
                     "not \"SHA256 \" and 32 octets in upper-case hexadecimal");
  }
  if (claims.jti.empty() || claims.jti.size() > kMaxJti)
    return MakeError(Reason::kInvalidField, "jti", "empty or too long");
  codec::JsonObject atc{{"ca", claims.ca},
                        {"fingerprint", claims.fingerprint},
                        {"tktype", "TNAuthList"},
                        {"tkvalue", codec::Base64UrlEncode(claims.tn_auth_list.der())}};
  codec::JsonObject payload{
      {"atc", std::move(atc)}, {"exp", absl::ToUnixSeconds(claims.expires)}, {"jti", claims.jti}};
  if (!claims.issuer.empty()) payload.emplace_back("iss", claims.issuer);
  return SignPaDocument(JsonValue(std::move(payload)), signer_chain, signer, naming);
}

absl::StatusOr<VerifiedSpcToken> VerifiedSpcToken::Verify(absl::string_view token,
                                                          absl::Span<const pki::Certificate> pa_roots,
                                                          const SignerChainSource* sources, absl::Time now) {
  constexpr PaDocumentReasons kReasons{Reason::kSpcTokenMalformed, Reason::kSpcTokenUntrusted,
                                       Reason::kSpcTokenSignatureInvalid};
  STI_ASSIGN_OR_RETURN(const JsonValue payload,
                       VerifyPaDocument(token, limits::kSpcToken, pa_roots, sources, now, kReasons));
  STI_ASSIGN_OR_RETURN(SpcTokenClaims claims, ReadClaims(payload));
  STI_RETURN_IF_ERROR(CheckTime(claims, payload, now));
  return VerifiedSpcToken(std::move(claims));
}

absl::Status JudgeSpcToken(const VerifiedSpcToken& token, const pki::TnAuthList& requested,
                           absl::string_view key_fingerprint, bool asks_for_ca) {
  const SpcTokenClaims& claims = token.claims();
  if (claims.tn_auth_list.der() != requested.der()) {
    return MakeError(Reason::kSpcTokenTnAuthListMismatch, "tkvalue", "not the TNAuthList of the request");
  }
  if (claims.fingerprint != key_fingerprint) {
    return MakeError(Reason::kSpcTokenFingerprintMismatch, "fingerprint", "not that of the requesting key");
  }
  if (claims.ca != asks_for_ca) {
    return MakeError(
        Reason::kSpcTokenCaFlagMismatch, "ca",
        claims.ca ? "the token is for a CA, the request is not" : "the token does not allow a CA");
  }
  return absl::OkStatus();
}

}  // namespace sti::stir
