// A file of lines that only ever grows, and whose last line is whole. For one writer.
#ifndef COMMON_ADMIN_LINE_FILE_H_
#define COMMON_ADMIN_LINE_FILE_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::admin {

// Thread-compatible. Errors are kStorageFailed and name the path.
class LineFile {
 public:
  // What stays the same when a file is renamed.
  struct Identity {
    uint64_t device = 0, inode = 0;
    bool operator==(const Identity& other) const { return device == other.device && inode == other.inode; }
  };

  // An end without newline, which a crash can leave behind. Cut it off, or leave a file alone that may be
  // somebody else's.
  enum class TornEnd { kCut, kLeave };

  // Opens or makes the file (mode 0600) and locks it against other daemons; that it is locked is an error.
  // `longest_line`, octets: finding a longer one at the end is an error.
  static absl::StatusOr<std::unique_ptr<LineFile>> Open(const std::string& path, size_t longest_line,
                                                        TornEnd torn_end);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  // The last whole one when it was opened, without newline; empty when there was none.
  const std::string& last_line() const { return last_line_; }
  const Identity& identity() const { return identity_; }
  // Whether the path still leads to this file. False after it was renamed or deleted.
  bool IsInPlace() const;

  // On disk when it answers OK. After an error nothing of it is there, if the disk allows; this must not be
  // used any more then.
  absl::Status Append(absl::string_view lines);

 private:
  LineFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  absl::Status Inspect(size_t longest_line, TornEnd torn_end);
  absl::Status Failed(absl::string_view doing) const;

  const std::string path_;
  const int fd_;
  Identity identity_;
  off_t size_ = 0;
  std::string last_line_;
};

}  // namespace sti::admin

#endif  // COMMON_ADMIN_LINE_FILE_H_
