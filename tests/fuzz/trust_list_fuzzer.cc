// The input as a trust list, which nobody signed, and as the payload of one that the STI-PA did sign.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/codec/json.h"
#include "common/stir/trust_list.h"
#include "tests/fuzz/demo_pa.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const sti::fuzz::DemoPa& pa = sti::fuzz::DemoPa::Instance();
  constexpr int64_t kLeast = 1;
  if (sti::stir::VerifyTrustList(text, pa.root(), nullptr, kLeast, sti::fuzz::DemoTime()).ok()) abort();
  // The JSON parser has a fuzzer of its own; signatures are dear.
  if (!sti::codec::ParseJson(text, sti::limits::kJson).ok()) return 0;
  const auto list =
      sti::stir::VerifyTrustList(pa.Sign(text), pa.root(), nullptr, kLeast, sti::fuzz::DemoTime());
  if (!list.ok()) return 0;
  if (list->sequence < kLeast || list->expires <= sti::fuzz::DemoTime()) abort();
  for (const auto& root : list->roots) {
    if (!root.is_ca() || !root.IsSelfIssued()) abort();
  }
  return 0;
}
