#include "common/testing/temp_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace sti::testing {
namespace {

[[noreturn]] void Die(const char* what, const std::string& path) {
  std::fprintf(stderr, "TempDir: %s: ", what);
  std::perror(path.c_str());
  std::abort();
}

}  // namespace

TempDir::TempDir() {
  const char* base = std::getenv("TEST_TMPDIR");
  path_ = absl::StrCat(base == nullptr ? "/tmp" : base, "/sti.XXXXXX");
  if (mkdtemp(path_.data()) == nullptr) Die("mkdtemp", path_);
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::File(absl::string_view name) const { return absl::StrCat(path_, "/", name); }

std::string TempDir::Write(absl::string_view name, absl::string_view contents, mode_t mode) const {
  const std::string path = File(name);
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary).write(contents.data(), static_cast<std::streamsize>(contents.size()));
  if (chmod(path.c_str(), mode) != 0) Die("chmod", path);
  return path;
}

std::string TempDir::Read(absl::string_view name) const {
  std::ifstream file(File(name), std::ios::binary);
  if (!file) Die("open", File(name));
  std::ostringstream contents;
  contents << file.rdbuf();
  return contents.str();
}

}  // namespace sti::testing
