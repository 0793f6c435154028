// Private keys on disk: PKCS#8 PEM, readable by the owner only.
#ifndef COMMON_CRYPTO_KEY_FILE_H_
#define COMMON_CRYPTO_KEY_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/secret.h"
#include "common/crypto/es256.h"

namespace sti::crypto {

// An encrypted PKCS#8 key (RFC 7468 s11) is opened with the passphrase in the file PATH.passphrase: one line,
// the owner's alone as well.
// kNotFound; kStorageFailed when it cannot be read; kKeyPermissions when group or others have any right to
// the file; kKeyInvalid, also for what is no regular file, and without the right passphrase; kTooLarge beyond
// limits::kKeyFile.
absl::StatusOr<std::shared_ptr<const SigningKey>> LoadPrivateKeyFile(const std::string& path);

// The same with a passphrase that the caller has; a key that is not encrypted is taken as well, so that a
// passphrase can be introduced. No text holds the passphrase.
absl::StatusOr<std::shared_ptr<const SigningKey>> LoadPrivateKeyFile(const std::string& path,
                                                                     const Secret& passphrase);

// The one line of a passphrase file, without its line end. Errors of ReadPrivateFile; kConfigInvalid when it
// is empty or longer than OpenSSL takes (1024 octets).
absl::StatusOr<Secret> ReadPassphraseFile(const std::string& path);

// Writes mode 0600, synced, under a temporary name first: the file is whole or absent. kAlreadyExists rather
// than overwriting, also when another process makes the file meanwhile. kStorageFailed.
absl::Status WritePrivateKeyFile(const std::string& path, const SigningKey& key);
// The same as encrypted PKCS#8: AES-256-CBC under a key that scrypt makes of the passphrase (RFC 7914; N
// 2^14, r 8, p 5, as for passwords of users). `openssl pkey -in` opens it.
absl::Status WritePrivateKeyFile(const std::string& path, const SigningKey& key, const Secret& passphrase);

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_KEY_FILE_H_
