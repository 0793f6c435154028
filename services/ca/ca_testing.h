// For the tests of this room: the demo CA of tests/vectors, and requests made by python3-cryptography.
#ifndef SERVICES_CA_CA_TESTING_H_
#define SERVICES_CA_CA_TESTING_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/store/database.h"
#include "common/testing/temp_dir.h"
#include "services/ca/issuing_authority.h"

namespace sti::ca {

// Of tests/vectors/demo-pki. Aborts the test program when it is not there.
std::string ReadDemo(absl::string_view name);

// The demo issuing CA under the demo root; believes the demo STI-PA root.
IssuingAuthority DemoAuthority();

// What testdata/make_requests.py writes, good and bad, as of `now`. Aborts when Python fails.
class Requests {
 public:
  explicit Requests(absl::Time now);

  std::string Csr(absl::string_view name) const { return dir_.Read(std::string(name) + ".csr"); }
  std::string Token(absl::string_view name) const { return dir_.Read(std::string(name) + ".jwt"); }
  // "int1.pem", "sub_ca.key", ...
  std::string File(const std::string& name) const { return dir_.Read(name); }
  std::string PathOf(const std::string& name) const { return dir_.File(name); }

 private:
  testing::TempDir dir_;
};

// An empty database in `dir`.
std::unique_ptr<store::Database> OpenScratchDatabase(const testing::TempDir& dir);

}  // namespace sti::ca

#endif  // SERVICES_CA_CA_TESTING_H_
