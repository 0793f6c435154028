// What a certificate for a service provider says (certificates.md s2): which parts of a request are taken
// over, and which the CA sets by itself.
#ifndef SERVICES_CA_CERTIFICATE_PROFILE_H_
#define SERVICES_CA_CERTIFICATE_PROFILE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/pki/ceremony.h"
#include "common/pki/certificate.h"
#include "common/pki/certificate_builder.h"
#include "common/pki/csr.h"

namespace sti::ca {

struct CertificateProfile {
  absl::Duration lifetime = absl::Hours(24 * 90);
  std::string policy_oid = pki::kShakenPolicyOid;
  std::optional<pki::CrlPointer> crl;  // absent: no CRL distribution point
  std::string country = "US";
};

// notBefore lies this much in the past unless the request names one: verifiers judge by clocks of their own.
inline constexpr absl::Duration kBackdate = absl::Seconds(60);

// The one SPC that a request is for. kCsrInvalid without TNAuthList, kTnAuthListInvalid for anything but
// exactly one SPC.
absl::StatusOr<std::string> RequestedSpc(const pki::Csr& csr);

struct RequestedValidity {
  std::optional<absl::Time> not_before, not_after;
};

// Whole seconds. What is asked for is met exactly or refused (RFC 8555 s7.4): not_before from kBackdate ago
// to one lifetime ahead, not_after within the lifetime and the issuing CA's own validity. kInvalidField. What
// is left open is now, and the lifetime, cut to the issuing CA's.
absl::StatusOr<pki::Validity> ChooseValidity(const RequestedValidity& requested,
                                             const CertificateProfile& profile,
                                             const pki::Certificate& issuing, absl::Time now);

// C from the profile, CN "SHAKEN <SPC>". O is the request's: that it is the provider's legal name is vetted
// outside of this program, when the CA's operator lets the provider in. kCsrInvalid when O is absent, longer
// than 64 characters or has control characters. Other parts of the requested subject are not taken over.
absl::StatusOr<pki::DistinguishedName> SubjectFor(const pki::Csr& csr, const std::string& spc,
                                                  const CertificateProfile& profile);

// Everything but the serial.
pki::CertificateTemplate ProfiledTemplate(const pki::Csr& csr, pki::DistinguishedName subject,
                                          const pki::Validity& validity, const CertificateProfile& profile);

}  // namespace sti::ca

#endif  // SERVICES_CA_CERTIFICATE_PROFILE_H_
