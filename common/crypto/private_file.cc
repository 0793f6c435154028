#include "common/crypto/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/file_descriptor.h"

namespace sti::crypto {
namespace {

// Asks the open descriptor, so that what is checked is what gets read.
absl::Status CheckAccess(int fd, const std::string& path) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return FileError(Reason::kStorageFailed, path, "inspect", errno);
  if (!S_ISREG(status.st_mode))
    return MakeError(Reason::kKeyInvalid, absl::StrCat(path, ": not a regular file"));
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return MakeError(Reason::kKeyPermissions,
                     absl::StrFormat("%s: mode %04o lets group or others at it; chmod 600 it", path,
                                     status.st_mode & 07777));
  }
  return absl::OkStatus();
}

// Reads one octet beyond the limit, to tell a full file from one that is too large, also while it grows.
absl::StatusOr<Secret> ReadBounded(int fd, const std::string& path, size_t max_size) {
  std::string text(max_size + 1, '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(fd, &text[size], text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int error = errno;
      Wipe(text);
      return FileError(Reason::kStorageFailed, path, "read", error);
    }
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  if (size > max_size) {
    Wipe(text);
    return MakeError(Reason::kTooLarge, absl::StrCat(path, ": larger than ", max_size, " octets"));
  }
  text.resize(size);
  return Secret(std::move(text));
}

}  // namespace

absl::StatusOr<Secret> ReadPrivateFile(const std::string& path, size_t max_size) {
  // Without O_NONBLOCK a FIFO of that name would block here for ever.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.ok()) {
    return FileError(errno == ENOENT ? Reason::kNotFound : Reason::kStorageFailed, path, "open", errno);
  }
  STI_RETURN_IF_ERROR(CheckAccess(file.get(), path));
  return ReadBounded(file.get(), path, max_size);
}

}  // namespace sti::crypto
