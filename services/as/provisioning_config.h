// The part of the configuration of sti-as that its provisioning is about.
#ifndef SERVICES_AS_PROVISIONING_CONFIG_H_
#define SERVICES_AS_PROVISIONING_CONFIG_H_

#include "absl/status/statusor.h"
#include "common/admin/roles.h"
#include "common/store/open_database.h"
#include "proto/sti/config/v1/as.pb.h"

namespace sti::as {

struct ProvisioningOptions {
  store::DatabaseOptions database;
  admin::RoleTable roles{{}, {}};  // for every provider
};

// `config` has passed the schema. kConfigInvalid and kKeyPermissions, with the key as field.
absl::StatusOr<ProvisioningOptions> ProvisioningFrom(const sti::config::v1::AuthenticationServer& config);

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONING_CONFIG_H_
