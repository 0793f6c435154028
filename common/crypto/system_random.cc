#include "common/crypto/system_random.h"

#include <openssl/rand.h>

#include <climits>

#include "common/base/reason.h"
#include "common/crypto/openssl_handles.h"

namespace sti::crypto {

absl::StatusOr<std::string> SystemRandom::Bytes(size_t size) const {
  std::string octets(size, '\0');
  if (size > INT_MAX ||
      RAND_bytes(reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(size)) != 1) {
    return MakeError(Reason::kInternal, DrainOpenSslErrors());
  }
  return octets;
}

const SystemRandom& SystemRandom::Instance() {
  static const SystemRandom random;
  return random;
}

}  // namespace sti::crypto
