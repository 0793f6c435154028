// The input as a number authority list, which nobody signed, and as the payload of one that the STI-PA did
// sign.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/codec/json.h"
#include "common/stir/number_authority.h"
#include "common/stir/telephone_number.h"
#include "tests/fuzz/demo_pa.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sti::stir::NumberAuthority;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const sti::fuzz::DemoPa& pa = sti::fuzz::DemoPa::Instance();
  constexpr int64_t kLeast = 1;
  if (sti::stir::VerifyNumberAuthority(text, pa.root(), nullptr, kLeast, sti::fuzz::DemoTime()).ok()) abort();
  // The JSON parser has a fuzzer of its own; signatures are dear.
  if (!sti::codec::ParseJson(text, sti::limits::kJson).ok()) return 0;
  const auto list =
      sti::stir::VerifyNumberAuthority(pa.Sign(text), pa.root(), nullptr, kLeast, sti::fuzz::DemoTime());
  if (!list.ok()) return 0;
  if ((*list)->sequence() < kLeast || (*list)->expires() <= sti::fuzz::DemoTime()) abort();
  // A number has one owner at most.
  for (const char* digits : {"12155550121", "12155551000", "0", "999999999999999"}) {
    const auto number = sti::stir::TelephoneNumber::FromClaim(digits);
    const bool of_one = (*list)->Ask(*number, "1234") == NumberAuthority::Answer::kAssigned;
    const bool of_other = (*list)->Ask(*number, "5678") == NumberAuthority::Answer::kAssigned;
    if (of_one && of_other) abort();
  }
  return 0;
}
