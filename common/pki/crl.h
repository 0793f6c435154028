// The ecosystem's one indirect CRL, signed by the STI-PA (acme_pa.md s6). OpenSSL's own CRL check does not fit: it wants
// one trust anchor for certificate and CRL, while the STI-PA has its own root (certificates.md s6).
#ifndef COMMON_PKI_CRL_H_
#define COMMON_PKI_CRL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/pki/certificate.h"

namespace sti::pki {

// A CRL whose signature, signer chain, IDP and dates have been checked. Immutable, thread-safe. One set look-up a
// question, at any number of entries.
class VerifiedCrl {
 public:
  // `crl` is DER or PEM. `signer_chain` is signer first; it must lead to `pa_root`, the signer must have cRLSign, and the
  // CRL's issuer be its subject. A critical IDP, if there, must have indirectCRL TRUE or be absent of scope limits;
  // unknown critical extensions are refused, in entries too; certificateIssuer carries over (RFC 5280 s5.3.3).
  // kCrlInvalid, kCrlExpired (nextUpdate before `at`), kTooLarge.
  static absl::StatusOr<std::shared_ptr<const VerifiedCrl>> Verify(absl::string_view crl,
                                                                   const std::vector<Certificate>& signer_chain,
                                                                   const Certificate& pa_root, absl::Time at);
  // For tests of what a CRL holds, and inspection.
  virtual ~VerifiedCrl() = default;

  virtual bool IsRevoked(const DistinguishedName& issuer, absl::string_view serial_hex) const = 0;
  bool IsRevoked(const Certificate& certificate) const {
    return IsRevoked(certificate.issuer(), certificate.serial());
  }
  virtual int64_t number() const = 0;  // cRLNumber; 0 when absent
  virtual absl::Time this_update() const = 0;
  virtual absl::Time next_update() const = 0;
  virtual size_t size() const = 0;
};

struct RevokedEntry {
  DistinguishedName issuer;
  std::string serial;  // hexadecimal
  absl::Time revoked;
  int reason_code = 0;  // RFC 5280 s5.3.1; 0 is left out of the entry
};

struct CrlContents {
  int64_t number = 0;
  absl::Time this_update, next_update;
  std::string distribution_url;  // for the IDP; may be empty
  std::vector<RevokedEntry> entries;
};

// DER of a signed indirect CRL: AKI, cRLNumber, critical IDP with indirectCRL, critical certificateIssuer where the
// issuer changes. kInternal.
absl::StatusOr<std::string> BuildCrl(const CrlContents& contents, const Certificate& signer_certificate,
                                     const crypto::Signer& signer);

}  // namespace sti::pki

#endif  // COMMON_PKI_CRL_H_
