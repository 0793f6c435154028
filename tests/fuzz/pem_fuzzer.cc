// Whatever parses is written and parsed to the same blocks again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "common/codec/pem.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMaxBlocks = 10;
  const auto blocks =
      sti::codec::ParsePem(absl::string_view(reinterpret_cast<const char*>(data), size), kMaxBlocks);
  if (!blocks.ok()) return 0;
  if (blocks->size() > kMaxBlocks) abort();
  std::string text;
  for (const auto& block : *blocks) text += sti::codec::PemEncode(block.label, block.der);
  const auto again = sti::codec::ParsePem(text, kMaxBlocks);
  if (!again.ok() || again->size() != blocks->size()) abort();
  for (size_t i = 0; i < blocks->size(); ++i) {
    if ((*again)[i].label != (*blocks)[i].label || (*again)[i].der != (*blocks)[i].der) abort();
  }
  return 0;
}
