// The extensions of a certificate, CSR, CRL or CRL entry while they are put together. Private to the room.
#ifndef COMMON_PKI_EXTENSIONS_H_
#define COMMON_PKI_EXTENSIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/crypto/openssl_handles.h"
#include "common/pki/distinguished_name.h"

namespace sti::pki {

struct KeyUsageBits {
  bool digital_signature = false;
  bool certificate_sign = false;
  bool crl_sign = false;
};

// Extensions in the order of the calls. Thread-compatible. OpenSSL running out of memory is noticed once, in
// status().
class ExtensionList {
 public:
  ExtensionList() = default;
  ~ExtensionList();
  ExtensionList(const ExtensionList&) = delete;
  ExtensionList& operator=(const ExtensionList&) = delete;

  // `path_length` below zero: none.
  void AddBasicConstraints(bool is_ca, int path_length);
  void AddKeyUsage(const KeyUsageBits& bits);
  void AddSubjectKeyId(absl::string_view key_id);
  void AddAuthorityKeyId(absl::string_view key_id);
  // kInvalidField "policy_oid".
  absl::Status AddPolicy(const std::string& policy_oid);
  // One distribution point with fullName and cRLIssuer.
  void AddCrlDistributionPoint(absl::string_view url, const DistinguishedName& crl_issuer);
  // kInvalidField "dns_names", "ip_addresses".
  absl::Status AddSubjectAltName(const std::vector<std::string>& dns_names,
                                 const std::vector<std::string>& ip_addresses);
  void AddTransportKeyUsage();  // serverAuth and clientAuth
  void AddTnAuthList(absl::string_view der);
  void AddEnhancedClaimConstraints(absl::string_view der);

  // CRL and CRL entry.
  void AddCrlNumber(int64_t number);
  void AddIndirectIssuingPoint(absl::string_view url);  // `url` may be empty
  void AddCaIssuers(absl::string_view url);             // RFC 5280 s5.2.7: where the signer's chain stands
  void AddCertificateIssuer(const DistinguishedName& issuer);
  void AddReasonCode(int code);

  // kInternal when any call could not do its work.
  absl::Status status() const;
  const STACK_OF(X509_EXTENSION) * get() const { return list_; }

 private:
  // Of a type that OpenSSL does not know; not critical.
  void AddDer(const char* oid, absl::string_view der);
  // Encodes `value`, whose type belongs to `nid`.
  void Add(int nid, bool critical, void* value);

  STACK_OF(X509_EXTENSION) * list_ = nullptr;
  bool failed_ = false;
};

// SHA-1 of the public key's BIT STRING (RFC 5280 s4.2.1.2 method 1): an identifier, no protection.
std::string KeyId(EVP_PKEY* key);

}  // namespace sti::pki

#endif  // COMMON_PKI_EXTENSIONS_H_
