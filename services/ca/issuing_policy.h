// For whom this CA issues, beyond what token and profile ask for: the scope of its own certificate, and names
// that somebody has vetted. The same at the order, so that nobody proves anything in vain, and at issue.
#ifndef SERVICES_CA_ISSUING_POLICY_H_
#define SERVICES_CA_ISSUING_POLICY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/pki/tn_auth_list.h"
#include "common/store/database.h"
#include "services/ca/certificate_profile.h"
#include "services/ca/issuing_authority.h"

namespace sti::ca {

// O of the subject: the name that an operator has set for the SPC, else that of the external key of the ACME
// account (empty: none); empty: nobody has vetted one. kStorageFailed.
absl::StatusOr<std::string> FindVettedOrganization(store::Transaction& transaction, absl::string_view spc,
                                                   absl::string_view account);

// kRejectedIdentifier (acme/error.h), which is kPermissionDenied, when the profile wants a vetted name.
absl::Status CheckVetted(const CertificateProfile& profile, absl::string_view spc,
                         absl::string_view organization);

// RFC 9060 s4.1: an issuing certificate with a TNAuthList gives nothing beyond that. kDelegateScopeExceeded.
absl::Status CheckScope(const IssuingAuthority& authority, const pki::TnAuthList& wanted);

}  // namespace sti::ca

#endif  // SERVICES_CA_ISSUING_POLICY_H_
