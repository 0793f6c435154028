#include "services/ca/ca_testing.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/daemon/files.h"
#include "common/testing/scratch_database.h"
#include "common/testing/subprocess.h"
#include "services/ca/ca_schema.h"

namespace sti::ca {
namespace {

constexpr size_t kAnySize = 1 << 20;

template <typename T>
T OrAbort(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::cerr << value.status() << "\n";
  std::abort();
}

pki::Certificate DemoCertificate(absl::string_view name) {
  return OrAbort(pki::Certificate::ParsePem(ReadDemo(name)));
}

}  // namespace

std::string ReadDemo(absl::string_view name) {
  return OrAbort(daemon::ReadFile(absl::StrCat("tests/vectors/demo-pki/", name), kAnySize));
}

IssuingAuthority DemoAuthority() {
  return {DemoCertificate("int.pem"),
          OrAbort(crypto::SigningKey::FromPem(ReadDemo("int.key"))),
          DemoCertificate("root.pem"),
          {DemoCertificate("pa-root.pem")}};
}

Requests::Requests(absl::Time now) {
  const testing::Finished made = testing::Run({"/usr/bin/python3", "services/ca/testdata/make_requests.py",
                                               dir_.path(), absl::StrCat(absl::ToUnixSeconds(now))});
  if (made.exit_code == 0) return;
  std::cerr << made.err;
  std::abort();
}

std::unique_ptr<store::Database> OpenScratchDatabase(const testing::TempDir& dir) {
  return testing::OpenScratchDatabase(dir, Migrations());
}

}  // namespace sti::ca
