// A parsed token is made of the text that came, and no mutation of a token verifies with a key that did not
// sign it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/codec/base64url.h"
#include "common/jose/jws.h"

namespace {

const sti::crypto::VerifyingKey& ForeignKey() {
  static const auto& key = *new auto(sti::crypto::SigningKey::Generate().value()->public_key());
  return key;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view token(reinterpret_cast<const char*>(data), size);
  const auto jws = sti::jose::ParseJws(token, sti::limits::kPassport);
  if (!jws.ok()) return 0;
  if (!jws->header.is_object()) abort();
  if (jws->signing_input + "." + sti::codec::Base64UrlEncode(jws->signature) != token) abort();
  if (sti::jose::VerifyJws(*jws, ForeignKey()).ok()) abort();
  return 0;
}
