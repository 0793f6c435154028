// What the files of this room share about open files. Private to the room.
#ifndef COMMON_CRYPTO_FILE_DESCRIPTOR_H_
#define COMMON_CRYPTO_FILE_DESCRIPTOR_H_

#include <unistd.h>

#include <string>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"

namespace sti::crypto {

// Closes what open gave.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool ok() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

// "PATH: cannot WHAT: No such file or directory". `error` is errno.
inline absl::Status FileError(Reason reason, const std::string& path, absl::string_view what, int error) {
  return MakeError(reason,
                   absl::StrCat(path, ": cannot ", what, ": ", std::system_category().message(error)));
}

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_FILE_DESCRIPTOR_H_
