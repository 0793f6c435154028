#ifndef COMMON_CRYPTO_DIGEST_H_
#define COMMON_CRYPTO_DIGEST_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sti::crypto {

// 32 octets.
std::string Sha256(absl::string_view octets);

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_DIGEST_H_
