#include "common/pki/judges_testing.h"

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace sti::pki {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    fprintf(stderr, "cannot read %s\n", path.c_str());
    abort();
  }
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

std::string ReadVector(absl::string_view name) { return ReadFile(absl::StrCat("tests/vectors/", name)); }

Certificate DemoCertificate(absl::string_view name) {
  return Certificate::ParsePem(ReadVector(absl::StrCat("demo-pki/", name, ".pem"))).value();
}

std::shared_ptr<const crypto::SigningKey> DemoKey(absl::string_view name) {
  return crypto::SigningKey::FromPem(ReadVector(absl::StrCat("demo-pki/", name, ".key"))).value();
}

std::string WriteScratch(absl::string_view name, absl::string_view contents) {
  const char* folder = std::getenv("TEST_TMPDIR");
  const std::string path = absl::StrCat(folder == nullptr ? "/tmp" : folder, "/", name);
  std::ofstream(path, std::ios::binary) << contents;
  return path;
}

Outcome RunShell(const std::string& command) {
  Outcome outcome;
  FILE* pipe = popen(absl::StrCat(command, " 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  char buffer[4096];
  for (size_t size; (size = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) outcome.output.append(buffer, size);
  const int status = pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

Outcome RunPython(absl::string_view program, absl::string_view argument) {
  const std::string script = WriteScratch("judge.py", program);
  return RunShell(absl::StrCat("/usr/bin/python3 -W ignore ", script, " '", argument, "'"));
}

absl::Time Utc(absl::string_view rfc3339) {
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_full, rfc3339, &time, nullptr)) abort();
  return time;
}

}  // namespace sti::pki
