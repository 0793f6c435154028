#include "services/ca/issuing_policy.h"

#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/ca/limit_records.h"

namespace sti::ca {

absl::StatusOr<std::string> FindVettedOrganization(store::Transaction& transaction, absl::string_view spc,
                                                   absl::string_view account) {
  STI_ASSIGN_OR_RETURN(std::string name, FindOrganization(transaction, spc));
  if (!name.empty() || account.empty()) return name;
  STI_ASSIGN_OR_RETURN(name, FindProviderOfAccount(transaction, account));
  // A note of the operator that is no name.
  if (!IsOrganization(name)) name.clear();
  return name;
}

absl::Status CheckVetted(const CertificateProfile& profile, absl::string_view spc,
                         absl::string_view organization) {
  if (!profile.organization_required || !organization.empty()) return absl::OkStatus();
  return acme::Refuse(acme::ErrorType::kRejectedIdentifier,
                      absl::StrCat("this CA has not vetted who has SPC ", spc, " yet; ask its operator"));
}

absl::Status CheckScope(const IssuingAuthority& authority, const pki::TnAuthList& wanted) {
  const auto& scope = authority.issuing.tn_auth_list();
  if (!scope || scope->Encompasses(wanted, pki::SpcScope::kNumbers)) return absl::OkStatus();
  return MakeError(Reason::kDelegateScopeExceeded, "csr",
                   "its TNAuthList goes beyond that of the issuing certificate");
}

}  // namespace sti::ca
