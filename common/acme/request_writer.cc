#include "common/acme/request_writer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/crypto/hmac.h"

namespace sti::acme {
namespace {

using codec::JsonObject;
using codec::JsonValue;

JsonValue Jwk(const crypto::VerifyingKey& key) {
  return JsonObject{{"crv", "P-256"},
                    {"kty", "EC"},
                    {"x", codec::Base64UrlEncode(key.X())},
                    {"y", codec::Base64UrlEncode(key.Y())}};
}

struct Parts {
  std::string header, payload;  // base64url
  std::string SigningInput() const { return absl::StrCat(header, ".", payload); }
};

Parts Encode(JsonObject header, absl::string_view payload) {
  return {codec::Base64UrlEncode(codec::CanonicalJson(JsonValue(std::move(header)))),
          codec::Base64UrlEncode(payload)};
}

JsonValue Flattened(Parts parts, absl::string_view signature) {
  return JsonObject{{"protected", std::move(parts.header)},
                    {"payload", std::move(parts.payload)},
                    {"signature", codec::Base64UrlEncode(signature)}};
}

}  // namespace

absl::StatusOr<std::string> SignRequest(const RequestHeader& header, absl::string_view payload,
                                        const crypto::Signer& account_key) {
  JsonObject members{{"alg", "ES256"}, {"nonce", header.nonce}, {"url", header.url}};
  if (header.kid.empty()) {
    members.emplace_back("jwk", Jwk(account_key.public_key()));
  } else {
    members.emplace_back("kid", header.kid);
  }
  Parts parts = Encode(std::move(members), payload);
  STI_ASSIGN_OR_RETURN(const std::string signature, account_key.Sign(parts.SigningInput()));
  return codec::CanonicalJson(Flattened(std::move(parts), signature));
}

JsonValue BindExternalAccount(absl::string_view key_id, const Secret& mac_key, absl::string_view url,
                              const crypto::VerifyingKey& account_key) {
  Parts parts =
      Encode({{"alg", "HS256"}, {"kid", key_id}, {"url", url}}, codec::CanonicalJson(Jwk(account_key)));
  const std::string mac = crypto::HmacSha256(mac_key, parts.SigningInput());
  return Flattened(std::move(parts), mac);
}

}  // namespace sti::acme
