// A DN as data. Compared canonically (RFC 5280 s7.1), never as text.
#ifndef COMMON_PKI_DISTINGUISHED_NAME_H_
#define COMMON_PKI_DISTINGUISHED_NAME_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::pki {

// What a subject of the SHAKEN profile consists of (certificates.md s2).
struct SubjectFields {
  std::string country;       // C, ISO 3166 alpha-2
  std::string organization;  // O
  std::string common_name;   // CN
};

// Immutable value.
class DistinguishedName {
 public:
  static absl::StatusOr<DistinguishedName> Create(const SubjectFields& fields);
  static absl::StatusOr<DistinguishedName> ParseDer(absl::string_view der);

  const std::string& der() const { return der_; }
  // OpenSSL's canonical encoding: equal for names that RFC 5280 calls equal. A map key.
  const std::string& canonical() const { return canonical_; }
  std::string Text() const;  // RFC 4514
  // First value of the attribute; empty when absent.
  std::string Country() const;
  std::string Organization() const;
  std::string CommonName() const;

  bool operator==(const DistinguishedName& other) const { return canonical_ == other.canonical_; }

 private:
  DistinguishedName() = default;
  std::string der_, canonical_;
};

}  // namespace sti::pki

#endif  // COMMON_PKI_DISTINGUISHED_NAME_H_
