// SHA-256 (FIPS 180-4).
#ifndef COMMON_CRYPTO_DIGEST_H_
#define COMMON_CRYPTO_DIGEST_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace sti::crypto {

// 32 octets. Thread-safe; ends the process, as operator new would, when memory is short.
std::string Sha256(absl::string_view octets);
// The same without an allocation.
std::array<uint8_t, 32> Sha256Array(absl::string_view octets);

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_DIGEST_H_
