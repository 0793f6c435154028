// Makes certificates. Contents come in as plain structs; a forgotten required field is an error.
#ifndef COMMON_PKI_CERTIFICATE_BUILDER_H_
#define COMMON_PKI_CERTIFICATE_BUILDER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/random.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"
#include "common/pki/claim_constraints.h"
#include "common/pki/extensions.h"

namespace sti::pki {

// The profile of certificates.md s2: BasicConstraints and KeyUsage critical, everything else not.
struct CertificateTemplate {
  std::optional<DistinguishedName> subject;         // required
  std::optional<crypto::VerifyingKey> public_key;   // required
  std::string serial_hex;                           // required; MakeSerial. 1 to 159 bits, not zero
  std::optional<absl::Time> not_before, not_after;  // required; cut to whole seconds
  bool is_ca = false;
  std::optional<int> path_length;  // only with is_ca
  KeyUsageBits key_usage;          // at least one bit; certificate_sign exactly with is_ca
  std::string policy_oid;          // empty: no CertificatePolicies
  std::optional<TnAuthList> tn_auth_list;
  std::optional<ClaimConstraints> claim_constraints;  // becomes EnhancedJWTClaimConstraints (RFC 9118)
  std::string crl_url;                                // empty: no CRLDistributionPoints
  std::optional<DistinguishedName> crl_issuer;        // required with crl_url
  // Transport certificates only (never in a SHAKEN profile): subjectAltName and serverAuth + clientAuth.
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
};

// 128 random bits, positive (at least 64 are demanded by ATIS-1000080), spelled as Certificate::serial:
// upper-case hexadecimal without leading zeros.
absl::StatusOr<std::string> MakeSerial(const Random& random);

// ecdsa-with-SHA256 by `issuer`'s key; SKI of the key, AKI = issuer's SKI. kMissingField or kInvalidField
// with the field's name ("issuer" for one that is no CA or has no SKI), kKeyMismatch when `issuer_key` is not
// the key of `issuer`. Whether the issuer's validity covers the new one is the caller's to decide.
absl::StatusOr<Certificate> IssueCertificate(const CertificateTemplate& contents, const Certificate& issuer,
                                             const crypto::Signer& issuer_key);
// What IssueCertificate would make, but signed by a key that is nobody's: to be looked at before the issuer's
// key signs. The same errors; whether the issuer's key would fit is not known.
absl::StatusOr<Certificate> RehearseCertificate(const CertificateTemplate& contents,
                                                const Certificate& issuer,
                                                const crypto::Signer& throw_away_key);
// DER of the part that is signed (RFC 5280 s4.1: tbsCertificate).
absl::string_view TbsOf(const Certificate& certificate);

// Without AKI. kKeyMismatch when `key` is not contents.public_key.
absl::StatusOr<Certificate> SelfSign(const CertificateTemplate& contents, const crypto::Signer& key);

}  // namespace sti::pki

#endif  // COMMON_PKI_CERTIFICATE_BUILDER_H_
