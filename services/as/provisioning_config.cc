#include "services/as/provisioning_config.h"

#include "absl/strings/str_cat.h"
#include "common/admin/roles_config.h"
#include "common/base/status_macros.h"
#include "common/store/database_config.h"

namespace sti::as {

absl::StatusOr<ProvisioningOptions> ProvisioningFrom(const sti::config::v1::AuthenticationServer& config) {
  ProvisioningOptions options;
  STI_ASSIGN_OR_RETURN(options.database,
                       store::LoadDatabaseOptions(config.database(),
                                                  absl::StrCat(config.state_dir(), "/as.sqlite"), "sti-as"));
  STI_ASSIGN_OR_RETURN(options.roles, admin::LoadRolesIfAny(config.roles(), config.admins()));
  return options;
}

}  // namespace sti::as
