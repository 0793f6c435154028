// Claims in, Identity header out. No I/O.
#ifndef COMMON_STIR_PASSPORT_SIGNER_H_
#define COMMON_STIR_PASSPORT_SIGNER_H_

#include <array>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/crypto/es256.h"
#include "common/stir/passport_claims.h"
#include "common/stir/passport_type.h"

namespace sti::stir {

struct SignedPassport {
  std::string passport;
  std::string identity;  // complete header value
};

// One key with one certificate URL. Immutable, thread-safe. The protected headers are encoded once.
class PassportSigner {
 public:
  PassportSigner(std::shared_ptr<const crypto::Signer> key, std::string x5u);

  // Full form of any type. Errors of CheckClaims; kTooLarge for a PASSporT beyond limits::kPassport;
  // kInternal (the key store). Claims that pass are taken as they are: whether they may be signed is the
  // caller's policy.
  absl::StatusOr<SignedPassport> Sign(const PassportClaims& claims) const;
  // Compact form (RFC 8225 s7) of a base PASSporT. iat must be the time in the Date header (RFC 8224 s6.1).
  // As Sign; kPptUnsupported for a type that has ppt.
  absl::StatusOr<SignedPassport> SignCompact(const PassportClaims& claims) const;

  const std::string& x5u() const { return x5u_; }

 private:
  // What is the same in every PASSporT of a type.
  struct Frame {
    std::string encoded_header;   // base64url(header) "."
    std::string identity_suffix;  // ";info=<...>;alg=ES256;ppt=shaken"
  };
  const Frame& FrameOf(PassportType type) const { return frames_[static_cast<size_t>(type)]; }

  std::shared_ptr<const crypto::Signer> key_;
  std::string x5u_;
  std::array<Frame, kPassportTypes.size()> frames_;
};

}  // namespace sti::stir

#endif  // COMMON_STIR_PASSPORT_SIGNER_H_
