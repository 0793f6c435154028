// Claims in, Identity header out. No I/O.
#ifndef COMMON_STIR_PASSPORT_SIGNER_H_
#define COMMON_STIR_PASSPORT_SIGNER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/es256.h"
#include "common/stir/passport.h"

namespace sti::stir {

struct SignedPassport {
  std::string passport;
  std::string identity;  // complete header value
};

// One key with one certificate URL. Immutable, thread-safe. The protected header is encoded once.
class PassportSigner {
 public:
  PassportSigner(std::shared_ptr<const crypto::Signer> key, std::string x5u);

  // kMissingField, kAttestInvalid, kInternal (the key store). Claims are taken as they are: whether they may
  // be signed is the caller's policy.
  absl::StatusOr<SignedPassport> Sign(const ShakenClaims& claims) const;

  const std::string& x5u() const { return x5u_; }

 private:
  std::shared_ptr<const crypto::Signer> key_;
  std::string x5u_;
  std::string encoded_header_;   // base64url(header) "."
  std::string identity_suffix_;  // ";info=<...>;alg=ES256;ppt=shaken"
};

}  // namespace sti::stir

#endif  // COMMON_STIR_PASSPORT_SIGNER_H_
