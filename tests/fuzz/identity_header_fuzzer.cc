// A parsed Identity header survives being printed and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/stir/identity_header.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string& one : sti::stir::SplitIdentityValues(text)) {
    if (one.empty() || one.size() > text.size()) abort();
  }
  const auto header = sti::stir::IdentityHeader::Parse(text);
  if (!header.ok()) return 0;
  if (header->token.empty()) abort();
  if (!header->info.has_value()) return 0;
  const std::string printed = sti::stir::FormatIdentityHeader(header->token, *header->info, "shaken");
  if (printed.size() > sti::limits::kIdentityHeader) return 0;
  const auto again = sti::stir::IdentityHeader::Parse(printed);
  if (!again.ok() || again->token != header->token || again->info != header->info || again->ppt != "shaken")
    abort();
  return 0;
}
