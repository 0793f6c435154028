// What the certificates of this CA say (certificates.md s2, s5): one row a kind; which parts of a request are
// taken over, and which the CA sets by itself.
#ifndef SERVICES_CA_CERTIFICATE_PROFILE_H_
#define SERVICES_CA_CERTIFICATE_PROFILE_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/pki/ceremony.h"
#include "common/pki/certificate.h"
#include "common/pki/certificate_builder.h"
#include "common/pki/csr.h"
#include "common/pki/profile_lint.h"

namespace sti::ca {

enum class ProfileKind {
  kShaken,      // a service provider's, signs PASSporTs of every type
  kDelegateCa,  // a service provider's own CA (RFC 9060 s4.1, ATIS-1000092): issues to delegates; below a CA
                // with a TNAuthList only for an SPC of that
  kDelegate,    // for numbers of a provider, or its code, by that provider's CA
};

// Under which issuing certificates a kind may stand.
enum class ParentKind { kWithoutTnAuthList, kWithTnAuthList, kAny };

struct ProfileRow {
  ProfileKind kind;
  const char* name;           // in the configuration
  pki::CertificateRole role;  // whose rules of profile_lint hold
  bool is_ca;
  int path_length;  // with is_ca
  ParentKind parent;
  bool one_spc_only;        // TNAuthList: exactly one SPC, nothing else
  bool claim_constraints;   // mustExclude of the profile, and what the request asks for
  const char* common_name;  // before the SPC; contains "SHAKEN " where the SHAKEN profile wants it
};
const ProfileRow& RowOf(ProfileKind kind);
bool MayStandBelow(ParentKind parent, const pki::Certificate& issuing);
// kInvalidField for an unknown name.
absl::StatusOr<ProfileKind> ProfileNamed(absl::string_view name);

struct CertificateProfile {
  absl::Duration lifetime = absl::Hours(24 * 90);
  std::string policy_oid = pki::kShakenPolicyOid;
  std::optional<pki::CrlPointer> crl;  // absent: no CRL distribution point
  std::string country = "US";
  bool organization_required = false;  // nothing for an SPC whose O nobody has vetted
  std::set<ProfileKind> offered = {ProfileKind::kShaken};
  // Claims that no PASSporT of a delegate may have (RFC 9118): A delegate has no authority over them.
  std::vector<std::string> delegate_must_exclude = {"attest", "origid"};
};

// The rules of profile_lint that certificates of this CA break because its operator wants it so: outside of
// the United States, without a CRL.
std::set<std::string> WaivedRules(const CertificateProfile& profile);

// Which kind the request is for. kCsrInvalid when that is not offered.
absl::StatusOr<ProfileKind> ChooseKind(bool asks_for_ca, const CertificateProfile& profile);

// notBefore lies this much in the past unless the request names one: verifiers judge by clocks of their own.
inline constexpr absl::Duration kBackdate = absl::Seconds(60);

// The one SPC that a request is for. kCsrInvalid without TNAuthList, kTnAuthListInvalid for anything but
// exactly one SPC of A-Z and 0-9.
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

// O of a subject: 1 to 64 characters of UTF-8, none of them a control character (RFC 5280 appendix A.1).
bool IsOrganization(absl::string_view name);

// C from the profile, CN of the kind with the SPC. O is `vetted`, a name that the CA's operator has
// confirmed; when that is empty "SHAKEN <SPC>", since the profile demands an O and the code is all that is
// proven. Nothing of the requested subject is taken over. kInvalidField (organization).
absl::StatusOr<pki::DistinguishedName> SubjectFor(ProfileKind kind, const std::string& spc,
                                                  const std::string& vetted,
                                                  const CertificateProfile& profile);

// Everything but the serial. Claim constraints that a kind does not have are not taken over.
pki::CertificateTemplate ProfiledTemplate(ProfileKind kind, const pki::Csr& csr,
                                          pki::DistinguishedName subject, const pki::Validity& validity,
                                          const CertificateProfile& profile);

}  // namespace sti::ca

#endif  // SERVICES_CA_CERTIFICATE_PROFILE_H_
