// Whatever decodes encodes back to the same text: each octet string has one text only.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/codec/base64url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  using namespace sti::codec;  // NOLINT(google-build-using-namespace)
  const auto url = Base64UrlDecode(text);
  if (url.ok() && Base64UrlEncode(*url) != text) abort();
  const auto standard = Base64Decode(text);
  if (standard.ok() && Base64Encode(*standard) != text) abort();
  const auto lenient = Base64DecodeLenient(text);
  if (url.ok() && (!lenient.ok() || *lenient != *url)) abort();
  if (standard.ok() && (!lenient.ok() || *lenient != *standard)) abort();
  const auto again = Base64UrlDecode(Base64UrlEncode(text));
  if (!again.ok() || *again != text) abort();
  return 0;
}
