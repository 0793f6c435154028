// Makes certificates and CSRs. Contents come in as plain structs; a forgotten required field is an error.
#ifndef COMMON_PKI_CERTIFICATE_BUILDER_H_
#define COMMON_PKI_CERTIFICATE_BUILDER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/random.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"

namespace sti::pki {

struct KeyUsageBits {
  bool digital_signature = false;
  bool certificate_sign = false;
  bool crl_sign = false;
};

struct CertificateTemplate {
  std::optional<DistinguishedName> subject;          // required
  std::optional<crypto::VerifyingKey> public_key;    // required
  std::string serial_hex;                            // required; MakeSerial
  std::optional<absl::Time> not_before, not_after;   // required
  bool is_ca = false;
  std::optional<int> path_length;
  KeyUsageBits key_usage;
  std::string policy_oid;                            // empty: no CertificatePolicies
  std::optional<TnAuthList> tn_auth_list;
  std::string crl_url;                               // empty: no CRLDistributionPoints
  std::optional<DistinguishedName> crl_issuer;
  // Transport certificates only (never in a SHAKEN profile): subjectAltName and serverAuth + clientAuth.
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
};

// 128 random bits, positive, upper-case hexadecimal (at least 64 are demanded by ATIS-1000080).
absl::StatusOr<std::string> MakeSerial(const Random& random);

// Signed by `issuer`'s key; SKI of the key, AKI = issuer's SKI. kInvalidField with the field's name, kKeyMismatch when
// `issuer_key` is not the key of `issuer`.
absl::StatusOr<Certificate> IssueCertificate(const CertificateTemplate& contents, const Certificate& issuer,
                                             const crypto::Signer& issuer_key);
absl::StatusOr<Certificate> SelfSign(const CertificateTemplate& contents, const crypto::Signer& key);

}  // namespace sti::pki

#endif  // COMMON_PKI_CERTIFICATE_BUILDER_H_
