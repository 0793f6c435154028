#include "common/crypto/digest.h"

#include <openssl/evp.h>

#include <cstdlib>

#include "common/crypto/openssl_handles.h"

namespace sti::crypto {

std::array<uint8_t, 32> Sha256Array(absl::string_view octets) {
  // Fetching the algorithm and making a context for each message costs more than hashing a PASSporT.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const EvpMdCtxPtr context(EVP_MD_CTX_new());
  std::array<uint8_t, 32> digest;
  if (sha256 == nullptr || context == nullptr || EVP_DigestInit_ex(context.get(), sha256, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), octets.data(), octets.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) {
    std::abort();
  }
  return digest;
}

std::string Sha256(absl::string_view octets) {
  const std::array<uint8_t, 32> digest = Sha256Array(octets);
  return std::string(digest.begin(), digest.end());
}

}  // namespace sti::crypto
