#include "common/crypto/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdlib>

namespace sti::crypto {

std::string HmacSha256(const Secret& key, absl::string_view message) {
  const absl::string_view octets = key.RevealForUse();
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned int size = 0;
  // A null key means "the one before" to HMAC(), so that an empty one needs an address.
  if (HMAC(EVP_sha256(), octets.empty() ? "" : octets.data(), static_cast<int>(octets.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), mac.data(),
           &size) == nullptr) {
    std::abort();
  }
  return std::string(reinterpret_cast<const char*>(mac.data()), size);
}

}  // namespace sti::crypto
