// The key and certificate that calls are signed with.
#ifndef SERVICES_AS_KEY_RING_H_
#define SERVICES_AS_KEY_RING_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/snapshot.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"
#include "common/stir/passport_signer.h"

namespace sti::as {

// A private key with the published certificate that belongs to it. Only CheckCredential makes one. Immutable,
// thread-safe.
struct SigningCredential {
  stir::PassportSigner signer;
  std::string spc;
  absl::Time not_before, not_after;
  std::string serial = {};                                       // upper-case hexadecimal
  std::shared_ptr<const pki::CertificateChain> chain = nullptr;  // never null when CheckCredential made it

  bool IsValidAt(absl::Time time) const { return not_before <= time && time <= not_after; }
};
using SigningCredentialPtr = std::shared_ptr<const SigningCredential>;

// By how much the STI-CA's clock may be ahead.
inline constexpr absl::Duration kCaClockSkew = absl::Seconds(60);

// What a certificate must be before calls are signed with it: for this key, proven by a signature that the
// certificate's key verifies; fit to sign data; with `spc` in its TNAuthList; valid at `now`. A notBefore up
// to a minute ahead is accepted: the certificate is used from then on. kKeyMismatch, kCertificateExpired,
// kCertificateNotYetValid, kCertificateNotLeaf, kCertificateKeyUnsupported, kTnAuthListMissing,
// kTnAuthListInvalid, kInvalidField or kTooLarge for the URL.
absl::StatusOr<SigningCredentialPtr> CheckCredential(std::shared_ptr<const crypto::Signer> key,
                                                     const pki::CertificateChain& chain,
                                                     const std::string& x5u, absl::string_view spc,
                                                     absl::Time now);
// The same for one that may begin later.
absl::StatusOr<SigningCredentialPtr> CheckComingCredential(std::shared_ptr<const crypto::Signer> key,
                                                           const pki::CertificateChain& chain,
                                                           const std::string& x5u, absl::string_view spc,
                                                           absl::Time now);

// The current credential; the one before it, which still serves calls whose time lies before the new
// notBefore; and the next one, which is published and signs nothing yet.
struct KeyRing {
  SigningCredentialPtr current;
  SigningCredentialPtr previous;        // may be null
  SigningCredentialPtr next = nullptr;  // may be null

  // The newest credential that is valid at both times. kCertificateExpired, kCertificateNotYetValid.
  absl::StatusOr<SigningCredentialPtr> Pick(absl::Time call, absl::Time now) const;
};

// Null until there is a credential.
using KeyRingSnapshot = Snapshot<KeyRing>;

}  // namespace sti::as

#endif  // SERVICES_AS_KEY_RING_H_
