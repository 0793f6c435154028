// Logging in to a PKCS#11 token without ever locking it. Private to the room.
#ifndef COMMON_CRYPTO_PKCS11_LOGIN_H_
#define COMMON_CRYPTO_PKCS11_LOGIN_H_

#include "absl/status/status.h"
#include "common/crypto/pkcs11_token.h"
#include "common/crypto/pkcs11_uri.h"

namespace sti::crypto {

// With the PIN that stands in the URI's file now, which is forgotten again. The login holds for all of the
// process' sessions with the token. A PIN that the token has refused is not tried again by this process, by
// whichever of its keys: tokens lock after a few tries. kPermissionDenied when the token refuses the PIN, or
// did; kNotFound, kKeyPermissions and the other errors of ReadPrivateFile for the file; kUnavailable.
// Thread-safe.
absl::Status LogIn(const Pkcs11Session& session, const Pkcs11Uri& uri);

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_PKCS11_LOGIN_H_
