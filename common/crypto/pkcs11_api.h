// Cryptoki 2.40 with the names of the standard. Private to the room.
#ifndef COMMON_CRYPTO_PKCS11_API_H_
#define COMMON_CRYPTO_PKCS11_API_H_

#define CRYPTOKI_COMPAT  // CK_SESSION_HANDLE rather than p11-kit's own ck_session_handle_t
#include <p11-kit-1/p11-kit/pkcs11.h>

#endif  // COMMON_CRYPTO_PKCS11_API_H_
