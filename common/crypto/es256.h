// ES256: ECDSA on P-256 with SHA-256, signatures as R||S of 64 octets (RFC 7518 s3.4). Keys are parsed once
// and used for many signatures.
#ifndef COMMON_CRYPTO_ES256_H_
#define COMMON_CRYPTO_ES256_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/openssl_handles.h"

namespace sti::crypto {

inline constexpr size_t kEs256SignatureSize = 64;

// A P-256 public key. Immutable, thread-safe, cheap to copy.
class VerifyingKey {
 public:
  // DER SubjectPublicKeyInfo. kKeyInvalid for anything but a P-256 key with named curve.
  static absl::StatusOr<VerifyingKey> FromSpki(absl::string_view der);
  // Takes the public half only; the argument stays with the caller. kKeyInvalid as above.
  static absl::StatusOr<VerifyingKey> FromEvp(EVP_PKEY* key);
  // Affine coordinates, 32 octets each, big endian (JWK x and y). kKeyInvalid for a point that is not on the
  // curve.
  static absl::StatusOr<VerifyingKey> FromCoordinates(absl::string_view x, absl::string_view y);

  // True only for a valid signature. Never allocates an error for a wrong one: wrong signatures are data.
  bool Verify(absl::string_view message, absl::string_view signature) const;

  std::string Spki() const;  // DER, with the point uncompressed
  std::string X() const;     // 32 octets
  std::string Y() const;
  bool operator==(const VerifyingKey& other) const;
  // Without private half. Valid as long as this key or a copy of it.
  EVP_PKEY* evp() const;

 private:
  struct Parsed;
  explicit VerifyingKey(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}
  std::shared_ptr<const Parsed> parsed_;
};

// Seam: whoever can sign with one private key, wherever that key lives. Thread-safe.
class Signer {
 public:
  virtual ~Signer() = default;
  // 64 octets R||S. kInternal when signing fails; kUnavailable while the token with the key is away.
  virtual absl::StatusOr<std::string> Sign(absl::string_view message) const = 0;
  virtual const VerifyingKey& public_key() const = 0;
};

// A P-256 private key in memory, which OpenSSL wipes at the end. Its halves have been found to belong
// together.
class SigningKey final : public Signer {
 public:
  static absl::StatusOr<std::shared_ptr<const SigningKey>> Generate();
  // PKCS#8 or SEC1 PEM, without passphrase (never asks for one). kKeyInvalid; kTooLarge beyond
  // limits::kKeyFile.
  static absl::StatusOr<std::shared_ptr<const SigningKey>> FromPem(absl::string_view pem);
  // kKeyInvalid.
  static absl::StatusOr<std::shared_ptr<const SigningKey>> FromEvp(EvpPkeyPtr key);

  absl::StatusOr<std::string> Sign(absl::string_view message) const override;
  const VerifyingKey& public_key() const override { return public_key_; }
  // For writing it down, and for comparisons with OpenSSL. Valid as long as this key.
  EVP_PKEY* evp() const { return key_.get(); }

 private:
  SigningKey(EvpPkeyPtr key, EvpPkeyCtxPtr prepared, VerifyingKey public_key);
  EvpPkeyPtr key_;
  EvpPkeyCtxPtr prepared_;  // copied for each signature
  VerifyingKey public_key_;
};

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_ES256_H_
