// Private keys on disk: PKCS#8 PEM, readable by the owner only.
#ifndef COMMON_CRYPTO_KEY_FILE_H_
#define COMMON_CRYPTO_KEY_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/es256.h"

namespace sti::crypto {

// An encrypted PKCS#8 key (RFC 7468 s11) is opened with the passphrase in the file PATH.passphrase: one line,
// the owner's alone as well.
// kNotFound; kStorageFailed when it cannot be read; kKeyPermissions when group or others have any right to
// the file; kKeyInvalid, also for what is no regular file, and without the right passphrase; kTooLarge beyond
// limits::kKeyFile.
absl::StatusOr<std::shared_ptr<const SigningKey>> LoadPrivateKeyFile(const std::string& path);

// Writes mode 0600, synced, under a temporary name first: the file is whole or absent. kAlreadyExists rather
// than overwriting, also when another process makes the file meanwhile. kStorageFailed.
absl::Status WritePrivateKeyFile(const std::string& path, const SigningKey& key);

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_KEY_FILE_H_
