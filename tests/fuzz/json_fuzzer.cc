// Canonical form is a fixed point, and reading it gives the value that was written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/codec/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sti::codec;  // NOLINT(google-build-using-namespace)
  const auto value =
      ParseJson(absl::string_view(reinterpret_cast<const char*>(data), size), sti::limits::kJson);
  if (!value.ok()) return 0;
  const std::string canonical = CanonicalJson(*value);
  // Escaping makes a text longer, not more than by six.
  const auto again = ParseJson(canonical, 6 * sti::limits::kJson);
  if (!again.ok() || !(*again == *value) || CanonicalJson(*again) != canonical) abort();
  return 0;
}
