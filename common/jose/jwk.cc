#include "common/jose/jwk.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/crypto/digest.h"

namespace sti::jose {
namespace {

constexpr size_t kCoordinate = 32;

absl::Status KeyInvalid(absl::string_view field, absl::string_view what) {
  return MakeError(Reason::kKeyInvalid, field, what);
}

absl::Status ExpectText(const codec::JsonValue& jwk, absl::string_view name, absl::string_view value) {
  const codec::JsonValue* member = jwk.Find(name);
  if (member == nullptr || member->if_string() == nullptr || *member->if_string() != value) {
    return KeyInvalid(name, absl::StrCat("is not \"", value, "\""));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Coordinate(const codec::JsonValue& jwk, absl::string_view name) {
  const codec::JsonValue* member = jwk.Find(name);
  if (member == nullptr || member->if_string() == nullptr)
    return KeyInvalid(name, "is missing or not a string");
  absl::StatusOr<std::string> octets = codec::Base64UrlDecode(*member->if_string());
  if (!octets.ok()) return KeyInvalid(name, octets.status().message());
  // Leading zeros stay (RFC 7518 s6.2.1.2), so that a key has one thumbprint.
  if (octets->size() != kCoordinate) return KeyInvalid(name, "does not have 32 octets");
  return octets;
}

std::string FingerprintText(absl::string_view octets) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string text = "SHA256 ";
  for (size_t i = 0; i < octets.size(); ++i) {
    const auto octet = static_cast<uint8_t>(octets[i]);
    if (i != 0) text += ':';
    text += kHex[octet >> 4];
    text += kHex[octet & 15];
  }
  return text;
}

}  // namespace

absl::StatusOr<crypto::VerifyingKey> ParseJwk(const codec::JsonValue& jwk) {
  if (!jwk.is_object()) return KeyInvalid("jwk", "is not an object");
  STI_RETURN_IF_ERROR(ExpectText(jwk, "kty", "EC"));
  STI_RETURN_IF_ERROR(ExpectText(jwk, "crv", "P-256"));
  // Whoever sends one has lost that key.
  if (jwk.Find("d") != nullptr) return KeyInvalid("d", "is the private key and must not be sent");
  if (jwk.Find("alg") != nullptr) STI_RETURN_IF_ERROR(ExpectText(jwk, "alg", "ES256"));
  if (jwk.Find("use") != nullptr) STI_RETURN_IF_ERROR(ExpectText(jwk, "use", "sig"));
  STI_ASSIGN_OR_RETURN(const std::string x, Coordinate(jwk, "x"));
  STI_ASSIGN_OR_RETURN(const std::string y, Coordinate(jwk, "y"));
  return crypto::VerifyingKey::FromCoordinates(x, y);
}

std::string JwkText(const crypto::VerifyingKey& key) {
  return absl::StrCat(R"({"crv":"P-256","kty":"EC","x":")", codec::Base64UrlEncode(key.X()), R"(","y":")",
                      codec::Base64UrlEncode(key.Y()), R"("})");
}

std::string JwkThumbprint(const crypto::VerifyingKey& key) { return crypto::Sha256(JwkText(key)); }

std::string Fingerprint(const crypto::VerifyingKey& key) { return FingerprintText(JwkThumbprint(key)); }

std::string SpkiFingerprint(const crypto::VerifyingKey& key) {
  return FingerprintText(crypto::Sha256(key.Spki()));
}

}  // namespace sti::jose
