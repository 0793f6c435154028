#include "common/admin/line_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::admin {
namespace {

LineFile::Identity IdentityOf(const struct stat& facts) {
  return {static_cast<uint64_t>(facts.st_dev), static_cast<uint64_t>(facts.st_ino)};
}

// A new file is only there after a crash if its folder says so.
bool SyncFolder(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, std::max<size_t>(slash, 1));
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = fsync(fd) == 0;
  close(fd);
  return synced;
}

}  // namespace

absl::Status LineFile::Failed(absl::string_view doing) const {
  return MakeError(Reason::kStorageFailed, absl::StrCat("cannot ", doing, " ", path_, ": ", strerror(errno)));
}

absl::StatusOr<std::unique_ptr<LineFile>> LineFile::Open(const std::string& path, size_t longest_line,
                                                         TornEnd torn_end) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  // Owns fd from here on; none is closed when there is none.
  std::unique_ptr<LineFile> file(new LineFile(path, fd));
  if (fd < 0) return file->Failed("open");
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK
               ? MakeError(Reason::kStorageFailed, absl::StrCat(path, " is in use by another process"))
               : file->Failed("lock");
  }
  STI_RETURN_IF_ERROR(file->Inspect(longest_line, torn_end));
  if (!SyncFolder(path)) return file->Failed("sync the folder of");
  return file;
}

LineFile::~LineFile() {
  if (fd_ >= 0) close(fd_);
}

absl::Status LineFile::Inspect(size_t longest_line, TornEnd torn_end) {
  struct stat facts {};
  if (fstat(fd_, &facts) != 0) return Failed("look at");
  if (!S_ISREG(facts.st_mode)) {
    return MakeError(Reason::kStorageFailed, absl::StrCat(path_, " is no regular file"));
  }
  identity_ = IdentityOf(facts);
  // A torn line and the whole one before it.
  const off_t wanted = static_cast<off_t>(2 * longest_line + 2);
  const off_t begin = std::max<off_t>(0, facts.st_size - wanted);
  std::string tail(static_cast<size_t>(facts.st_size - begin), '\0');
  size_t read = 0;
  while (read < tail.size()) {
    const ssize_t got = pread(fd_, &tail[read], tail.size() - read, begin + static_cast<off_t>(read));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Failed("read");
    read += static_cast<size_t>(got);
  }
  const size_t end = tail.rfind('\n');
  if (end == std::string::npos && begin > 0) {
    return MakeError(Reason::kStorageFailed, absl::StrCat(path_, " ends in a line that is too long"));
  }
  const size_t whole = end == std::string::npos ? 0 : end + 1;
  size_ = begin + static_cast<off_t>(whole);
  const bool cut = torn_end == TornEnd::kCut && whole < tail.size();
  if (cut && (ftruncate(fd_, size_) != 0 || fsync(fd_) != 0)) {
    return Failed("cut the torn end off");
  }
  if (whole == 0) return absl::OkStatus();
  const size_t before = end == 0 ? std::string::npos : tail.rfind('\n', end - 1);
  if (before == std::string::npos && begin > 0) {
    return MakeError(Reason::kStorageFailed, absl::StrCat(path_, " ends in a line that is too long"));
  }
  const size_t start = before == std::string::npos ? 0 : before + 1;
  last_line_ = tail.substr(start, end - start);
  return absl::OkStatus();
}

bool LineFile::IsInPlace() const {
  struct stat facts {};
  return lstat(path_.c_str(), &facts) == 0 && IdentityOf(facts) == identity_;
}

absl::Status LineFile::Append(absl::string_view lines) {
  absl::string_view left = lines;
  absl::Status failed;
  while (!left.empty() && failed.ok()) {
    const ssize_t wrote = write(fd_, left.data(), left.size());
    if (wrote > 0) {
      left.remove_prefix(static_cast<size_t>(wrote));
    } else if (wrote == 0 || errno != EINTR) {
      failed = Failed("append to");
    }
  }
  // What a failed fsync leaves in the cache may look written and be lost, so it goes, too.
  if (failed.ok() && fdatasync(fd_) != 0) failed = Failed("sync");
  if (failed.ok()) {
    size_ += static_cast<off_t>(lines.size());
    return failed;
  }
  // Should this fail as well, whoever opens it next finds the end.
  if (ftruncate(fd_, size_) == 0) fsync(fd_);
  return failed;
}

}  // namespace sti::admin
