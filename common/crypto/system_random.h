#ifndef COMMON_CRYPTO_SYSTEM_RANDOM_H_
#define COMMON_CRYPTO_SYSTEM_RANDOM_H_

#include "common/base/random.h"

namespace sti::crypto {

// OpenSSL's generator. Thread-safe.
class SystemRandom final : public Random {
 public:
  absl::StatusOr<std::string> Bytes(size_t size) const override;
  static const SystemRandom& Instance();
};

}  // namespace sti::crypto

#endif  // COMMON_CRYPTO_SYSTEM_RANDOM_H_
