// For the tests of this room: flattened JWS of any kind.
#ifndef COMMON_ACME_JWS_TESTING_H_
#define COMMON_ACME_JWS_TESTING_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/codec/base64url.h"
#include "common/codec/json.h"
#include "common/crypto/es256.h"
#include "common/jose/jwk.h"

namespace sti::acme {

inline std::string FlattenedWith(absl::string_view header, absl::string_view payload,
                                 absl::string_view signature) {
  return absl::StrCat(R"({"protected":")", codec::Base64UrlEncode(header), R"(","payload":")",
                      codec::Base64UrlEncode(payload), R"(","signature":")",
                      codec::Base64UrlEncode(signature), "\"}");
}

inline std::string SigningInput(absl::string_view header, absl::string_view payload) {
  return absl::StrCat(codec::Base64UrlEncode(header), ".", codec::Base64UrlEncode(payload));
}

inline std::string Flattened(absl::string_view header, absl::string_view payload, const crypto::Signer& key) {
  return FlattenedWith(header, payload, key.Sign(SigningInput(header, payload)).value());
}

inline codec::JsonValue Json(absl::string_view text) { return codec::ParseJson(text, text.size()).value(); }

}  // namespace sti::acme

#endif  // COMMON_ACME_JWS_TESTING_H_
