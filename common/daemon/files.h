// Files and folders of a daemon.
#ifndef COMMON_DAEMON_FILES_H_
#define COMMON_DAEMON_FILES_H_

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::daemon {

// Makes the folder and missing parents with mode 0700. Refuses one that group or others may write to.
// kStorageFailed.
absl::Status EnsureStateDir(const std::string& path);

// Replaces `path` by `contents`: temporary name, fsync, rename, fsync of the folder. After a failure `path`
// is as before and no temporary file remains. kStorageFailed.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view contents, mode_t mode = 0600);

// The whole file. kNotFound, kTooLarge beyond `max_size` octets, kStorageFailed; every text names the path.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_size);

}  // namespace sti::daemon

#endif  // COMMON_DAEMON_FILES_H_
