#include "services/pa/pa_testing.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/es256.h"
#include "common/daemon/files.h"
#include "common/testing/scratch_database.h"
#include "services/pa/pa_schema.h"

namespace sti::pa {
namespace {

constexpr size_t kAnySize = 1 << 20;

template <typename T>
T OrAbort(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::cerr << value.status() << "\n";
  std::abort();
}

}  // namespace

std::string ReadDemo(absl::string_view name) {
  return OrAbort(daemon::ReadFile(absl::StrCat("tests/vectors/demo-pki/", name), kAnySize));
}

pki::Certificate DemoCertificate(absl::string_view name) {
  return OrAbort(pki::Certificate::ParsePem(ReadDemo(absl::StrCat(name, ".pem"))));
}

DocumentSigner DemoSigner(absl::string_view name) {
  return {{DemoCertificate(name)},
          OrAbort(crypto::SigningKey::FromPem(ReadDemo(absl::StrCat(name, ".key"))))};
}

std::unique_ptr<store::Database> OpenScratchDatabase(const testing::TempDir& dir) {
  return testing::OpenScratchDatabase(dir, Migrations());
}

}  // namespace sti::pa
