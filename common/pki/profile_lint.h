// Departures of a certificate from the SHAKEN profile (ATIS-1000080 and the United States SHAKEN Certificate
// Policy, certificates.md s2 and s3): reported to whoever can mend them, never a reason to fail a call, since
// half of the certificates in use have one.
#ifndef COMMON_PKI_PROFILE_LINT_H_
#define COMMON_PKI_PROFILE_LINT_H_

#include <string>
#include <vector>

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

// What the certificate looks like.
CertificateRole RoleOf(const Certificate& certificate);
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

// One line a finding for all certificates of a delivered chain, leaf first:
// "leaf CN=...: crl_issuer_missing (ATIS-1000080 v003): ...".
std::vector<std::string> LintChain(const CertificateChain& chain);

// Every rule: name, source, day from which it holds for leaves (for CAs, where it is none of a leaf's).
std::vector<LintFinding> LintRules();

}  // namespace sti::pki

#endif  // COMMON_PKI_PROFILE_LINT_H_
