// Roles as daemons configure them.
#ifndef COMMON_ADMIN_ROLES_CONFIG_H_
#define COMMON_ADMIN_ROLES_CONFIG_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <string>

#include "absl/status/statusor.h"
#include "common/admin/roles.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::admin {

// Where operators may be named elsewhere, too. kConfigInvalid when an identity is empty.
absl::StatusOr<RoleTable> LoadRolesIfAny(const sti::config::v1::Roles& roles,
                                         const google::protobuf::RepeatedPtrField<std::string>& admins);

// kConfigInvalid when nobody is operator or admin, or an identity is empty.
absl::StatusOr<RoleTable> LoadRoles(const sti::config::v1::Roles& roles,
                                    const google::protobuf::RepeatedPtrField<std::string>& admins);

}  // namespace sti::admin

#endif  // COMMON_ADMIN_ROLES_CONFIG_H_
