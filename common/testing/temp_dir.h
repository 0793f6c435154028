// A folder for one test, gone when the object goes.
#ifndef COMMON_TESTING_TEMP_DIR_H_
#define COMMON_TESTING_TEMP_DIR_H_

#include <sys/types.h>

#include <string>

#include "absl/strings/string_view.h"

namespace sti::testing {

// Mode 0700, below TEST_TMPDIR. Aborts the test program when the file system refuses.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  // The path of `name` in the folder; makes nothing.
  std::string File(absl::string_view name) const;
  // Writes a file with exactly this mode, making folders in `name` as needed; gives its path.
  std::string Write(absl::string_view name, absl::string_view contents, mode_t mode = 0600) const;
  // Contents of a file of the folder; aborts when it cannot be read.
  std::string Read(absl::string_view name) const;

 private:
  std::string path_;
};

}  // namespace sti::testing

#endif  // COMMON_TESTING_TEMP_DIR_H_
