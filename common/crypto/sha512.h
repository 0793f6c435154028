// SHA-384 and SHA-512 (FIPS 180-4). SHA-256, which every call needs, is in digest.h.
#ifndef COMMON_CRYPTO_SHA512_H_
#define COMMON_CRYPTO_SHA512_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sti::crypto {

// 48 and 64 octets. Thread-safe; end the process, as operator new would, when memory is short.
std::string Sha384(absl::string_view octets);
std::string Sha512(absl::string_view octets);

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_SHA512_H_
