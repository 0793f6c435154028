// The password of a database, from a file of its own.
#ifndef COMMON_STORE_PASSWORD_FILE_H_
#define COMMON_STORE_PASSWORD_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/base/secret.h"

namespace sti::store {

// The file's one line. kKeyPermissions when group or others have any right to it; kStorageFailed when it
// cannot be read, is no regular file, is empty, or has more than one line or 1024 octets. Thread-safe.
absl::StatusOr<Secret> ReadPasswordFile(const std::string& path);

}  // namespace sti::store

#endif  // COMMON_STORE_PASSWORD_FILE_H_
