// For the tests of this room: files of tests/vectors, and the independent judges (the openssl program,
// python3-cryptography) as child processes. Everything aborts the test program when a file cannot be read.
#ifndef COMMON_PKI_JUDGES_TESTING_H_
#define COMMON_PKI_JUDGES_TESTING_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"

namespace sti::pki {

std::string ReadFile(const std::string& path);
// Below tests/vectors.
std::string ReadVector(absl::string_view name);
Certificate DemoCertificate(absl::string_view name);  // "leaf1234" for demo-pki/leaf1234.pem
std::shared_ptr<const crypto::SigningKey> DemoKey(absl::string_view name);

// A file with these contents in this test's own folder; the path of it.
std::string WriteScratch(absl::string_view name, absl::string_view contents);

struct Outcome {
  int exit_code = -1;
  std::string output;  // standard output and error
};
// `command` goes through the shell.
Outcome RunShell(const std::string& command);
// Runs a Python program (Debian's interpreter, with python3-cryptography) with one argument.
Outcome RunPython(absl::string_view program, absl::string_view argument);

absl::Time Utc(absl::string_view rfc3339);

}  // namespace sti::pki

#endif  // COMMON_PKI_JUDGES_TESTING_H_
