#include "common/daemon/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::daemon {
namespace {

absl::Status Fail(const std::string& path, absl::string_view doing, int error) {
  return MakeError(Reason::kStorageFailed, absl::StrCat(path, ": ", doing, ": ", std::strerror(error)));
}

absl::Status WriteAndSync(int fd, const std::string& path, absl::string_view contents) {
  while (!contents.empty()) {
    const ssize_t wrote = write(fd, contents.data(), contents.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return Fail(path, "cannot write", errno);
    contents.remove_prefix(static_cast<size_t>(wrote));
  }
  if (fsync(fd) != 0) return Fail(path, "cannot sync", errno);
  return absl::OkStatus();
}

absl::Status SyncFolder(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Fail(folder, "cannot open", errno);
  const bool synced = fsync(fd) == 0;
  const int error = errno;
  close(fd);
  return synced ? absl::OkStatus() : Fail(folder, "cannot sync", error);
}

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace

absl::Status EnsureStateDir(const std::string& path) {
  // Parents that are missing are ours alone too: mkdir one by one with 0700 rather than by the umask.
  std::filesystem::path so_far;
  for (const std::filesystem::path& part : std::filesystem::path(path)) {
    so_far /= part;
    if (mkdir(so_far.c_str(), 0700) != 0 && errno != EEXIST) {
      const int error = errno;
      struct stat there {};
      if (stat(so_far.c_str(), &there) != 0) return Fail(so_far.string(), "cannot make the folder", error);
    }
  }
  struct stat about {};
  if (stat(path.c_str(), &about) != 0) return Fail(path, "cannot look at the folder", errno);
  if (!S_ISDIR(about.st_mode)) return Fail(path, "cannot keep state there", ENOTDIR);
  if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return MakeError(Reason::kStorageFailed,
                     absl::StrCat(path, ": group or others may write to the state folder; chmod 700 it"));
  }
  if (access(path.c_str(), R_OK | W_OK | X_OK) != 0) return Fail(path, "cannot keep state there", errno);
  return absl::OkStatus();
}

absl::Status WriteFileAtomically(const std::string& path, absl::string_view contents, mode_t mode) {
  std::string temporary = path + ".XXXXXX";
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);  // mode 0600
  if (fd < 0) return Fail(path, "cannot make a file beside it", errno);
  auto remover = absl::MakeCleanup([&temporary] { unlink(temporary.c_str()); });
  {
    const auto closer = absl::MakeCleanup([fd] { close(fd); });
    STI_RETURN_IF_ERROR(WriteAndSync(fd, path, contents));
    if (fchmod(fd, mode) != 0) return Fail(path, "cannot set its mode", errno);
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) return Fail(path, "cannot replace it", errno);
  std::move(remover).Cancel();
  return SyncFolder(FolderOf(path));
}

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_size) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a FIFO must not block
  if (fd < 0 && errno == ENOENT)
    return MakeError(Reason::kNotFound, absl::StrCat(path, ": there is no such file"));
  if (fd < 0) return Fail(path, "cannot open", errno);
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  struct stat about {};
  if (fstat(fd, &about) != 0) return Fail(path, "cannot look at it", errno);
  if (!S_ISREG(about.st_mode)) {
    return MakeError(Reason::kStorageFailed, absl::StrCat(path, ": is not a regular file"));
  }
  std::string contents;
  char chunk[16384];
  while (contents.size() <= max_size) {
    const ssize_t got = read(fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(path, "cannot read", errno);
    if (got == 0) return contents;
    contents.append(chunk, static_cast<size_t>(got));
  }
  return MakeError(Reason::kTooLarge, absl::StrCat(path, ": larger than ", max_size, " octets"));
}

}  // namespace sti::daemon
