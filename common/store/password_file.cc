#include "common/store/password_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/reason.h"

namespace sti::store {
namespace {

constexpr size_t kMaxPassword = 1024;

absl::Status Fail(const std::string& path, absl::string_view why) {
  return MakeError(Reason::kStorageFailed, absl::StrCat(path, ": ", why));
}

}  // namespace

absl::StatusOr<Secret> ReadPasswordFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return Fail(path, std::strerror(errno));
  const auto close_file = absl::MakeCleanup([fd] { close(fd); });
  struct stat about {};
  if (fstat(fd, &about) != 0) return Fail(path, std::strerror(errno));
  if (!S_ISREG(about.st_mode)) return Fail(path, "is not a regular file");
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return MakeError(Reason::kKeyPermissions,
                     absl::StrFormat("%s: mode %04o lets group or others at the password; chmod 600 it", path,
                                     about.st_mode & 07777));
  }
  std::string text(kMaxPassword + 2, '\0');
  const ssize_t got = read(fd, text.data(), text.size());
  if (got < 0) return Fail(path, std::strerror(errno));
  text.resize(static_cast<size_t>(got));
  if (!text.empty() && text.back() == '\n') text.pop_back();
  const bool usable = !text.empty() && text.size() <= kMaxPassword &&
                      text.find_first_of(std::string("\n\0", 2)) == std::string::npos;
  Secret password(std::move(text));
  if (!usable) return Fail(path, "does not hold one line of 1 to 1024 octets");
  return password;
}

}  // namespace sti::store
