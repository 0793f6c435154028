// Departures of a certificate from the SHAKEN profile (ATIS-1000080 and the United States SHAKEN Certificate
// Policy, certificates.md s2 and s3): reported to whoever can mend them, never a reason to fail a call, since
// half of the certificates in use have one.
#ifndef COMMON_PKI_PROFILE_LINT_H_
#define COMMON_PKI_PROFILE_LINT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/pki/certificate.h"

namespace sti::pki {

enum class CertificateRole {
  kLeaf = 1,
  kIntermediate = 2,
  kRoot = 4,
  // RFC 9060: a leaf for numbers, a CA with a TNAuthList. Of the SHAKEN profile they keep what does not say
  // who is certified: no rule about the subject, policies, or the form of the TNAuthList.
  kDelegate = 8,
  kDelegateCa = 16,
};

// A certificate as it lies there, for the lint alone: also what Certificate::ParseDer refuses as a whole, for
// an extension that cannot be decoded, say. Immutable, thread-safe, cheap to copy.
class UncheckedCertificate {
 public:
  // kCertificateMalformed for what is no X.509 certificate at all, a name that cannot be decoded included;
  // kTooLarge.
  static absl::StatusOr<UncheckedCertificate> ParseDer(absl::string_view der);
  // PEM blocks, all of them CERTIFICATE, or one bare DER certificate. The same, and kCertificateChainTooLong.
  static absl::StatusOr<std::vector<UncheckedCertificate>> ParseChain(absl::string_view body);

  const std::string& serial() const;   // as Certificate::serial; empty when it cannot be decoded
  const std::string& subject() const;  // RFC 4514

 private:
  friend CertificateRole RoleOf(const UncheckedCertificate& certificate);
  friend std::vector<struct LintFinding> LintCertificate(const UncheckedCertificate& certificate,
                                                         CertificateRole role,
                                                         const UncheckedCertificate* issuer);
  struct Parts;
  explicit UncheckedCertificate(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

// What the certificate looks like.
CertificateRole RoleOf(const Certificate& certificate);
CertificateRole RoleOf(const UncheckedCertificate& certificate);
const char* RoleName(CertificateRole role);  // "leaf", "intermediate CA", "root CA", ...

// A rule of the profile. Names never change: people filter by them.
struct LintFinding {
  const char* name = "";       // "crl_issuer_missing"
  const char* source = "";     // "ATIS-1000080 v004"
  const char* effective = "";  // "2022-01-16": issued from this day (UTC) on; leaves have a time of grace
  std::string text;            // what is wrong, for people
};

// The rules that were in force at notBefore and are broken, in the order of the table. `issuer` may be null:
// then the AuthorityKeyIdentifier is not compared. Pure, about 20 microseconds.
std::vector<LintFinding> LintCertificate(const Certificate& certificate, CertificateRole role,
                                         const Certificate* issuer);
// One that Certificate::ParseDer refuses always has a finding: "certificate_refused" with its words, when no
// rule says why.
std::vector<LintFinding> LintCertificate(const UncheckedCertificate& certificate, CertificateRole role,
                                         const UncheckedCertificate* issuer);

// One line a finding for all certificates of a delivered chain, leaf first:
// "leaf CN=...: crl_issuer_missing (ATIS-1000080 v003): ...".
std::vector<std::string> LintChain(const CertificateChain& chain);

// Every rule: name, source, day from which it holds for leaves (for CAs, where it is none of a leaf's).
std::vector<LintFinding> LintRules();

}  // namespace sti::pki

#endif  // COMMON_PKI_PROFILE_LINT_H_
