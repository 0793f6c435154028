// What Url accepts keeps the promises of its header.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/codec/url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto url = sti::codec::Url::Parse(text);
  if (!url.ok()) return 0;
  if (size > sti::limits::kUrl || url->text() != text || url->host().empty() || url->port() == 0) abort();
  if (!absl::StartsWith(url->path(), "/") || text.find_first_of("?#@\\ \t\r\n") < text.find('/', 8)) abort();
  if (absl::StrContains(text, '?') || absl::StrContains(text, '#')) abort();
  for (const char c : text) {
    if (c <= ' ' || c > '~') abort();
  }
  return 0;
}
