// JSON Web Keys of P-256 (RFC 7517, RFC 7518 s6.2) and what binds an SPC token to one.
#ifndef COMMON_JOSE_JWK_H_
#define COMMON_JOSE_JWK_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/codec/json.h"
#include "common/crypto/es256.h"

namespace sti::jose {

// Public members only: crv, kty, x, y. kKeyInvalid, also when a private member "d" is present.
absl::StatusOr<crypto::VerifyingKey> ParseJwk(const codec::JsonValue& jwk);
std::string JwkText(const crypto::VerifyingKey& key);  // canonical, RFC 7638 s3

// RFC 7638: SHA-256 over the canonical JWK, 32 octets.
std::string JwkThumbprint(const crypto::VerifyingKey& key);

// "SHA256 65:3A:..." of the thumbprint (RFC 9447 s3, RFC 9448 s5.4).
std::string Fingerprint(const crypto::VerifyingKey& key);
// The same over the DER SubjectPublicKeyInfo, which some deployed toolkits use.
std::string SpkiFingerprint(const crypto::VerifyingKey& key);

}  // namespace sti::jose

#endif  // COMMON_JOSE_JWK_H_
