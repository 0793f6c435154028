// The ecosystem's one indirect CRL, signed by the STI-PA (acme_pa.md s6). OpenSSL's own CRL check does not
// fit: it wants one trust anchor for certificate and CRL, while the STI-PA has its own root (certificates.md
// s6).
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
#include "absl/types/span.h"
#include "common/pki/certificate.h"

namespace sti::pki {

// Clocks of STI-PA and verifier may differ by so much: a thisUpdate that lies further ahead is refused.
inline constexpr absl::Duration kCrlClockSkew = absl::Minutes(5);

// A CRL whose signature, signer chain, IDP and dates have been checked. Immutable, thread-safe. One set
// look-up a question, at any number of entries.
class VerifiedCrl {
 public:
  // `crl` is DER or PEM (one X509 CRL block). `signer_chain` is signer first; it must lead to one of
  // `pa_roots`, the signer have cRLSign and the CRL's issuer be its subject. The IDP, if there, must not
  // limit the scope (user or CA certificates only, some reasons, attribute certificates); unknown critical
  // extensions are refused, in entries too; certificateIssuer carries over (RFC 5280 s5.3.3), and may name
  // others than the CRL's issuer only under a critical IDP that says indirectCRL (s5.2.5). Entries with
  // reason removeFromCRL are passed over. kCrlInvalid (also for no nextUpdate, and thisUpdate beyond
  // kCrlClockSkew), kCrlExpired (nextUpdate before `at`), kTooLarge.
  static absl::StatusOr<std::shared_ptr<const VerifiedCrl>> Verify(
      absl::string_view crl, const std::vector<Certificate>& signer_chain,
      absl::Span<const Certificate> pa_roots, absl::Time at);
  static absl::StatusOr<std::shared_ptr<const VerifiedCrl>> Verify(
      absl::string_view crl, const std::vector<Certificate>& signer_chain, const Certificate& pa_root,
      absl::Time at) {
    return Verify(crl, signer_chain, absl::MakeConstSpan(&pa_root, 1), at);
  }
  virtual ~VerifiedCrl() = default;

  // `serial_hex` as Certificate::serial gives it.
  virtual bool IsRevoked(const DistinguishedName& issuer, absl::string_view serial_hex) const = 0;
  bool IsRevoked(const Certificate& certificate) const {
    return IsRevoked(certificate.issuer(), certificate.serial());
  }
  virtual const DistinguishedName& issuer() const = 0;
  virtual int64_t number() const = 0;  // cRLNumber; 0 when absent; kCrlInvalid beyond 63 bits
  virtual absl::Time this_update() const = 0;
  virtual absl::Time next_update() const = 0;
  virtual size_t size() const = 0;  // different certificates listed
};

struct RevokedEntry {
  DistinguishedName issuer;
  std::string serial;  // hexadecimal, either case
  absl::Time revoked;
  int reason_code = 0;  // RFC 5280 s5.3.1; 0 is left out of the entry
};

struct CrlContents {
  int64_t number = 0;
  absl::Time this_update, next_update;
  std::string distribution_url;  // for the IDP; may be empty
  std::vector<RevokedEntry> entries;
  std::string signer_url;  // of the signer's chain, for the AIA (RFC 5280 s5.2.7); may be empty
};

// DER of a signed indirect CRL: AKI, cRLNumber, critical IDP with indirectCRL, critical certificateIssuer
// where the issuer changes. Entries are sorted by issuer. kInvalidField with the entry's place for a serial,
// time or reason code that is none, kKeyMismatch, kInternal.
absl::StatusOr<std::string> BuildCrl(const CrlContents& contents, const Certificate& signer_certificate,
                                     const crypto::Signer& signer);

}  // namespace sti::pki

#endif  // COMMON_PKI_CRL_H_
