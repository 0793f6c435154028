// JWTClaimConstraints in DER, in both forms. What the first form reads, the enhanced form reads alike.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "common/pki/claim_constraints.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sti::pki::ClaimConstraints;
  const absl::string_view der(reinterpret_cast<const char*>(data), size);
  const auto plain = ClaimConstraints::ParseDer(der, /*enhanced=*/false);
  const auto enhanced = ClaimConstraints::ParseDer(der, /*enhanced=*/true);
  if (!plain.ok()) return 0;
  if (!enhanced.ok() || !plain->must_exclude.empty() || enhanced->must_include != plain->must_include ||
      enhanced->permitted.size() != plain->permitted.size()) {
    abort();
  }
  for (const auto& permitted : plain->permitted) {
    if (permitted.values.empty()) abort();
  }
  return 0;
}
