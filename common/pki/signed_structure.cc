#include "common/pki/signed_structure.h"

#include <openssl/obj_mac.h>

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/crypto/ecdsa_der.h"

namespace sti::pki {
namespace {

constexpr char kSequence = 0x30;
constexpr char kBitString = 0x03;

// AlgorithmIdentifier of ecdsa-with-SHA256, without parameters (RFC 5758 s3.2).
constexpr char kEcdsaWithSha256[] = "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";

// Tag and length (X.690 s8.1.3) before the contents.
std::string Der(char tag, absl::string_view contents) {
  std::string length;
  for (size_t rest = contents.size(); rest > 0; rest >>= 8) length.insert(0, 1, static_cast<char>(rest));
  if (contents.size() < 128) {
    length = std::string(1, static_cast<char>(contents.size()));
  } else {
    length.insert(0, 1, static_cast<char>(0x80U | length.size()));
  }
  return absl::StrCat(std::string(1, tag), length, contents);
}

}  // namespace

EVP_PKEY* PlaceholderKey() {
  static EVP_PKEY* const key = EVP_EC_gen(SN_X9_62_prime256v1);
  return key;
}

absl::StatusOr<std::string> SignTbs(absl::string_view tbs, const crypto::Signer& signer) {
  STI_ASSIGN_OR_RETURN(const std::string raw, signer.Sign(tbs));
  crypto::EcdsaDer signature;
  if (!crypto::EcdsaRawToDer(raw, signature)) {
    return MakeError(Reason::kInternal, "the signer gave no ES256 signature");
  }
  const absl::string_view octets(reinterpret_cast<const char*>(signature.octets.data()), signature.size);
  const absl::string_view algorithm(kEcdsaWithSha256, sizeof(kEcdsaWithSha256) - 1);
  // No unused bits at the end.
  const std::string bits = Der(kBitString, absl::StrCat(std::string(1, '\0'), octets));
  return Der(kSequence, absl::StrCat(tbs, algorithm, bits));
}

}  // namespace sti::pki
