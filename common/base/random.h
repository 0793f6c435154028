// Randomness as a seam. The real one is crypto::SystemRandom.
#ifndef COMMON_BASE_RANDOM_H_
#define COMMON_BASE_RANDOM_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace sti {

// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  // `size` unpredictable octets. Fails with kInternal when the source does; never returns fewer.
  virtual absl::StatusOr<std::string> Bytes(size_t size) const = 0;
};

// A version 4 UUID (RFC 4122 s4.4), lower case with dashes.
absl::StatusOr<std::string> MakeUuid(const Random& random);

}  // namespace sti

#endif  // COMMON_BASE_RANDOM_H_
