// Certificates, CSRs and CRLs signed by a crypto::Signer, which may keep its key in a token, where OpenSSL
// cannot reach it. Private to the room.
#ifndef COMMON_PKI_SIGNED_STRUCTURE_H_
#define COMMON_PKI_SIGNED_STRUCTURE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/crypto/es256.h"
#include "common/crypto/openssl_handles.h"
#include "common/pki/asn1.h"

namespace sti::pki {

// A P-256 key of this process whose signatures are thrown away; null when OpenSSL could not make one.
EVP_PKEY* PlaceholderKey();

// SEQUENCE { tbs, ecdsa-with-SHA256, BIT STRING } (RFC 5280 s4.1.1). The signer's errors; kInternal.
absl::StatusOr<std::string> SignTbs(absl::string_view tbs, const crypto::Signer& signer);

// The whole signed structure as DER. `sign` and `encode_tbs` are OpenSSL's for T: X509_sign and
// i2d_re_X509_tbs. OpenSSL writes the algorithm into the part to be signed only while it signs, hence the
// placeholder. The signer's errors; kInternal.
template <typename T>
absl::StatusOr<std::string> SignStructure(T* structure, int (*sign)(T*, EVP_PKEY*, const EVP_MD*),
                                          int (*encode_tbs)(T*, unsigned char**),
                                          const crypto::Signer& signer) {
  std::string tbs;
  if (sign(structure, PlaceholderKey(), EVP_sha256()) > 0) {
    tbs = ToDer(structure, [encode_tbs](const T* same, unsigned char** out) {
      return encode_tbs(const_cast<T*>(same), out);
    });
  }
  if (tbs.empty()) return MakeError(Reason::kInternal, crypto::DrainOpenSslErrors());
  return SignTbs(tbs, signer);
}

}  // namespace sti::pki

#endif  // COMMON_PKI_SIGNED_STRUCTURE_H_
