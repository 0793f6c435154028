// Whatever a SIP header value holds, the identity taken from it is canonical.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "common/stir/telephone_number.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto identity = sti::stir::ParseSipIdentity(text, sti::stir::NumberingPlan{});
  if (!identity.ok()) return 0;
  if (const auto* number = std::get_if<sti::stir::TelephoneNumber>(&*identity)) {
    const auto claim = sti::stir::TelephoneNumber::FromClaim(number->digits());
    if (!claim.ok() || !(*claim == *number)) abort();
    return 0;
  }
  const auto& uri = std::get<sti::stir::CanonicalUri>(*identity);
  const auto again = sti::stir::CanonicalizeUri(uri.text);
  if (!again.ok() || !(*again == uri)) abort();
  return 0;
}
