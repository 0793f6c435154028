#include "common/acme/flattened_jws.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/base/limits.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/jose/jwk.h"

namespace sti::acme {
namespace {

using codec::JsonValue;

// A header with the longest URLs and a key has about 1.3 KiB.
constexpr size_t kMaxHeader = 4 * 1024;

absl::Status Malformed(absl::string_view what) { return Refuse(ErrorType::kMalformed, what); }

absl::StatusOr<std::string> TextMember(const JsonValue& json, absl::string_view name) {
  const JsonValue* member = json.Find(name);
  if (member == nullptr || !member->is_string()) {
    return Malformed(absl::StrCat("the JWS has no string \"", name, "\""));
  }
  return *member->if_string();
}

absl::StatusOr<std::string> Decoded(absl::string_view text, absl::string_view name) {
  absl::StatusOr<std::string> octets = codec::Base64UrlDecode(text);
  if (!octets.ok()) return Malformed(absl::StrCat("\"", name, "\" of the JWS is not base64url"));
  return octets;
}

}  // namespace

absl::StatusOr<FlattenedJws> FlattenedJws::Parse(const JsonValue& json) {
  if (!json.is_object()) return Malformed("the JWS is no JSON object");
  if (json.Find("signatures") != nullptr) return Malformed("one signature only: flattened serialization");
  if (json.Find("header") != nullptr) return Malformed("an unprotected header is not allowed");
  STI_ASSIGN_OR_RETURN(const std::string header_text, TextMember(json, "protected"));
  STI_ASSIGN_OR_RETURN(const std::string payload_text, TextMember(json, "payload"));
  STI_ASSIGN_OR_RETURN(const std::string signature_text, TextMember(json, "signature"));

  FlattenedJws jws;
  STI_ASSIGN_OR_RETURN(const std::string header, Decoded(header_text, "protected"));
  if (header.size() > kMaxHeader) return Malformed("the protected header is larger than the limit");
  absl::StatusOr<JsonValue> parsed = codec::ParseJson(header, kMaxHeader);
  if (!parsed.ok() || !parsed->is_object()) return Malformed("the protected header is no JSON object");
  jws.header = *std::move(parsed);
  // No extension is understood here, b64 (RFC 7797) least of all: RFC 8555 s6.2 forbids it.
  for (const char* name : {"crit", "b64"}) {
    if (jws.header.Find(name) != nullptr) {
      return Malformed(absl::StrCat("the protected header must not have \"", name, "\""));
    }
  }
  STI_ASSIGN_OR_RETURN(jws.payload, Decoded(payload_text, "payload"));
  STI_ASSIGN_OR_RETURN(jws.signature, Decoded(signature_text, "signature"));
  jws.signing_input = absl::StrCat(header_text, ".", payload_text);
  return jws;
}

std::string FlattenedJws::HeaderText(absl::string_view name) const {
  const JsonValue* member = header.Find(name);
  return member != nullptr && member->is_string() ? *member->if_string() : std::string();
}

absl::Status CheckAlgorithm(const FlattenedJws& jws) {
  if (jws.HeaderText("alg") == "ES256") return absl::OkStatus();
  return Refuse(ErrorType::kBadSignatureAlgorithm, "the \"alg\" of the JWS must be ES256");
}

absl::StatusOr<crypto::VerifyingKey> HeaderKey(const FlattenedJws& jws) {
  const JsonValue* jwk = jws.header.Find("jwk");
  if (jwk == nullptr) return Malformed("the protected header has no \"jwk\"");
  absl::StatusOr<crypto::VerifyingKey> key = jose::ParseJwk(*jwk);
  if (!key.ok()) {
    return Refuse(ErrorType::kBadPublicKey,
                  absl::StrCat("\"jwk\" is no P-256 public key: ", key.status().message()));
  }
  return key;
}

absl::Status CheckSignature(const FlattenedJws& jws, const crypto::VerifyingKey& key) {
  if (key.Verify(jws.signing_input, jws.signature)) return absl::OkStatus();
  return Malformed("the signature of the JWS does not verify");
}

}  // namespace sti::acme
