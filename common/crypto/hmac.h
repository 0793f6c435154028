// HMAC with SHA-256 (RFC 2104).
#ifndef COMMON_CRYPTO_HMAC_H_
#define COMMON_CRYPTO_HMAC_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/base/secret.h"

namespace sti::crypto {

// 32 octets. Compare with ConstantTimeEquals. Thread-safe; ends the process when memory is short.
std::string HmacSha256(const Secret& key, absl::string_view message);

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_HMAC_H_
