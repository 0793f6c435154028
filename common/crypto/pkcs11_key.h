// A private key in a PKCS#11 token: finding it, signing with it. Private to the room.
#ifndef COMMON_CRYPTO_PKCS11_KEY_H_
#define COMMON_CRYPTO_PKCS11_KEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/es256.h"
#include "common/crypto/pkcs11_api.h"
#include "common/crypto/pkcs11_token.h"
#include "common/crypto/pkcs11_uri.h"

namespace sti::crypto {

struct Pkcs11Key {
  CK_OBJECT_HANDLE handle;
  VerifyingKey public_key;
};

// The one P-256 key that the URI names, proven to sign for the public key that stands beside it in the token.
// kKeyInvalid when there is none, or several, or another kind of key; kKeyMismatch; kUnavailable.
absl::StatusOr<Pkcs11Key> FindKey(const Pkcs11Session& session, const Pkcs11Uri& uri);

// 64 octets R||S of ES256. The hash is made here: not every token has CKM_ECDSA_SHA256. kUnavailable.
absl::StatusOr<std::string> SignInToken(const Pkcs11Session& session, CK_OBJECT_HANDLE key,
                                        absl::string_view message);

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_PKCS11_KEY_H_
