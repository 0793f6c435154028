// Who may look at or change the provisioning of which provider.
#ifndef SERVICES_AS_PROVISIONING_ACCESS_H_
#define SERVICES_AS_PROVISIONING_ACCESS_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/admin/roles.h"
#include "services/as/provider_table.h"

namespace sti::as {

// Thread-safe.
class ProvisioningAccess {
 public:
  // Both must outlive this. The roles are for every provider; each provider has its operators beside.
  ProvisioningAccess(const admin::RoleTable& roles, const ProviderTable& providers)
      : roles_(roles), providers_(providers) {}

  // The provider that `name` means to `client`; empty: the one that the client is an operator of, or the only
  // one there is. `role`: kViewer or kOperator. kPermissionDenied, the same for a provider of somebody else
  // and for one that does not exist; kNotFound (provider) for those who may see them all; kMissingField
  // (provider).
  absl::StatusOr<size_t> Provider(absl::string_view client, admin::Role role, absl::string_view name) const;

  // Has a role or is an operator of some provider.
  bool MaySome(absl::string_view client, admin::Role role) const;

 private:
  std::vector<size_t> OwnProviders(absl::string_view client) const;

  const admin::RoleTable& roles_;
  const ProviderTable& providers_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONING_ACCESS_H_
