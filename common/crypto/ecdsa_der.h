// The two spellings of an ECDSA P-256 signature: R||S as JOSE has it (RFC 7518 s3.4) and the DER
// Ecdsa-Sig-Value of RFC 3279 s2.2.3 that OpenSSL and X.509 use. No allocation: this runs for each call.
#ifndef COMMON_CRYPTO_ECDSA_DER_H_
#define COMMON_CRYPTO_ECDSA_DER_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace sti::crypto {

// Two INTEGERs of at most 33 octets with two octets of header each, and a SEQUENCE around them.
inline constexpr size_t kEcdsaDerMax = 72;

struct EcdsaDer {
  std::array<uint8_t, kEcdsaDerMax> octets;
  size_t size = 0;
};

// False unless `raw` has 64 octets and both numbers are in [1, n-1] (SEC 1 s4.1.4 step 1).
bool EcdsaRawToDer(absl::string_view raw, EcdsaDer& der);

// False unless `der` is the one DER encoding of two numbers in [0, 2^256).
bool EcdsaDerToRaw(absl::string_view der, std::array<char, 64>& raw);

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_ECDSA_DER_H_
