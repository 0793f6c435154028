#include "common/crypto/sha512.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace sti::crypto {
namespace {

std::string Digest(absl::string_view octets, const EVP_MD* algorithm) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(octets.data(), octets.size(), digest, &size, algorithm, nullptr) != 1) std::abort();
  return std::string(digest, digest + size);
}

}  // namespace

std::string Sha384(absl::string_view octets) { return Digest(octets, EVP_sha384()); }
std::string Sha512(absl::string_view octets) { return Digest(octets, EVP_sha512()); }

}  // namespace sti::crypto
