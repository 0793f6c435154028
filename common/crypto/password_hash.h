// Passwords of accounts: scrypt (RFC 7914) with a salt, so that a stolen database gives none of them away.
#ifndef COMMON_CRYPTO_PASSWORD_HASH_H_
#define COMMON_CRYPTO_PASSWORD_HASH_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/random.h"
#include "common/base/secret.h"

namespace sti::crypto {

// RFC 7914 s2: N = 2^log_n, block size, parallelization. A hash takes 128 * r * N octets of memory: here 16
// MiB, and some tenths of a second. Equal in strength to N = 2^17, p = 1, with an eighth of its memory.
struct ScryptCost {
  int log_n = 14;
  int r = 8;
  int p = 5;
};

// `size` octets. Thread-safe. kInvalidField for a cost that is none or would take more than 64 MiB, kInternal
// (memory).
absl::StatusOr<std::string> Scrypt(const Secret& password, absl::string_view salt, const ScryptCost& cost,
                                   size_t size);

// "scrypt$14$8$5$SALT$HASH", base64url: 16 random octets, 32 octets. The cost stands in it, so that a later
// version may raise it. kInternal.
absl::StatusOr<std::string> HashPassword(const Secret& password, const ScryptCost& cost,
                                         const Random& random);

// Is it the password of `stored`? Takes the time of one hash, whatever the answer. kInvalidField for a text
// that HashPassword did not make, kInternal.
absl::StatusOr<bool> IsPassword(const Secret& password, absl::string_view stored);

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_PASSWORD_HASH_H_
