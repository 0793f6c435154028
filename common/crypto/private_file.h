// Files with secrets in them: readable by their owner only.
#ifndef COMMON_CRYPTO_PRIVATE_FILE_H_
#define COMMON_CRYPTO_PRIVATE_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/secret.h"

namespace sti::crypto {

// The whole file. kNotFound; kStorageFailed when it cannot be read; kKeyPermissions when group or others have
// any right to it; kKeyInvalid for what is no regular file; kTooLarge beyond `max_size` octets. Every text
// names the path.
absl::StatusOr<Secret> ReadPrivateFile(const std::string& path, size_t max_size);

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_PRIVATE_FILE_H_
