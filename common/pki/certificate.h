// An X.509 certificate, parsed once. Everything that validation asks later is decoded here.
#ifndef COMMON_PKI_CERTIFICATE_H_
#define COMMON_PKI_CERTIFICATE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/es256.h"
#include "common/pki/claim_constraints.h"
#include "common/pki/distinguished_name.h"
#include "common/pki/tn_auth_list.h"

namespace sti::pki {

// Immutable, thread-safe, cheap to copy.
class Certificate {
 public:
  // kCertificateMalformed (also for trailing octets, duplicate extensions, both claim constraint extensions
  // at once), kTnAuthListInvalid, kTooLarge. A key that nothing here can use is no defect yet: see Es256Key.
  static absl::StatusOr<Certificate> ParseDer(absl::string_view der);
  // Exactly one CERTIFICATE block and no other.
  static absl::StatusOr<Certificate> ParsePem(absl::string_view pem);

  const std::string& der() const;
  std::string Pem() const;
  const std::string& sha256() const;  // of the DER, 32 octets
  const DistinguishedName& subject() const;
  const DistinguishedName& issuer() const;
  // For people, made once since verdicts show them for each call: O of the subject, and the issuer as Text().
  const std::string& organization() const;
  const std::string& issuer_text() const;
  const std::string& serial() const;  // upper-case hexadecimal, no leading zeros
  absl::Time not_before() const;
  absl::Time not_after() const;

  bool is_ca() const;  // BasicConstraints CA:TRUE
  std::optional<int> path_length() const;
  bool has_key_usage() const;
  bool may_sign_certificates() const;  // keyCertSign, or no KeyUsage at all
  bool may_sign_crls() const;          // cRLSign, said explicitly
  bool may_sign_data() const;          // digitalSignature, said explicitly
  // ExtendedKeyUsage is there and lacks anyExtendedKeyUsage: a key for TLS or the like.
  bool has_narrow_extended_key_usage() const;
  // Processed here: BasicConstraints, KeyUsage, CertificatePolicies, CRLDistributionPoints, SKI, AKI,
  // TNAuthList, both claim constraints, SubjectAltName, ExtendedKeyUsage, AIA. Any other one counts,
  // NameConstraints too.
  bool has_unknown_critical_extension() const;
  const std::string& subject_key_id() const;  // empty when absent
  const std::string& authority_key_id() const;
  const std::optional<TnAuthList>& tn_auth_list() const;
  const std::optional<ClaimConstraints>& claim_constraints() const;
  // CertificatePolicies: dotted OIDs in the order of the certificate; empty when absent.
  const std::vector<std::string>& policies() const;
  // CRL distribution point: first fullName URI and cRLIssuer. Empty when absent.
  const std::string& crl_url() const;
  const std::optional<DistinguishedName>& crl_issuer() const;

  bool is_p256() const;
  bool is_p384() const;
  // kCertificateKeyUnsupported unless P-256.
  absl::StatusOr<crypto::VerifyingKey> Es256Key() const;

  bool IsSelfIssued() const { return subject() == issuer(); }
  // The signature on this certificate was made with `issuer`'s P-256 or P-384 key, by ECDSA with SHA-256 or
  // SHA-384. Names are not compared.
  bool IsSignedBy(const Certificate& issuer) const;

  X509* x509() const;  // only for common/pki and common/http

 private:
  struct Parts;
  explicit Certificate(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

// A chain as a repository delivers it: leaf first. Immutable, thread-safe.
class CertificateChain {
 public:
  // PEM blocks, all of them CERTIFICATE, or one bare DER certificate. kTooLarge, kCertificateChainTooLong,
  // else as Certificate::ParseDer.
  static absl::StatusOr<CertificateChain> Parse(absl::string_view body);
  // kCertificateMalformed for none, kCertificateChainTooLong.
  static absl::StatusOr<CertificateChain> FromCertificates(std::vector<Certificate> certificates);

  const Certificate& leaf() const { return certificates_.front(); }
  const std::vector<Certificate>& certificates() const { return certificates_; }
  std::string Pem() const;
  const std::string& sha256() const { return sha256_; }  // over all DER in order: a map key

 private:
  CertificateChain() = default;
  std::vector<Certificate> certificates_;
  std::string sha256_;
};

}  // namespace sti::pki

#endif  // COMMON_PKI_CERTIFICATE_H_
