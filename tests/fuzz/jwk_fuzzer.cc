// Whatever parses as a key writes back to the same key.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/codec/json.h"
#include "common/jose/jwk.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = sti::codec::ParseJson(text, sti::limits::kJson);
  if (!json.ok()) return 0;
  const auto key = sti::jose::ParseJwk(*json);
  if (!key.ok()) return 0;
  const auto again = sti::codec::ParseJson(sti::jose::JwkText(*key), sti::limits::kJson);
  if (!again.ok() || sti::codec::CanonicalJson(*again) != sti::jose::JwkText(*key)) abort();
  const auto same = sti::jose::ParseJwk(*again);
  if (!same.ok() || !(*same == *key)) abort();
  return 0;
}
