#include "common/admin/roles_config.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::admin {

absl::StatusOr<RoleTable> LoadRolesIfAny(const sti::config::v1::Roles& roles,
                                         const google::protobuf::RepeatedPtrField<std::string>& admins) {
  std::map<Role, std::vector<std::string>> identities = {
      {Role::kViewer, {roles.viewers().begin(), roles.viewers().end()}},
      {Role::kOperator, {roles.operators().begin(), roles.operators().end()}},
      {Role::kApprover, {roles.approvers().begin(), roles.approvers().end()}},
      {Role::kAuditor, {roles.auditors().begin(), roles.auditors().end()}},
  };
  const std::vector<std::string> all(admins.begin(), admins.end());
  const auto has_empty = [](const std::vector<std::string>& list) {
    return std::count(list.begin(), list.end(), "") > 0;
  };
  if (has_empty(all)) return MakeError(Reason::kConfigInvalid, "admins", "a client identity is empty");
  for (const auto& [role, list] : identities) {
    if (has_empty(list)) return MakeError(Reason::kConfigInvalid, "roles", "a client identity is empty");
  }
  return RoleTable(std::move(identities), all);
}

absl::StatusOr<RoleTable> LoadRoles(const sti::config::v1::Roles& roles,
                                    const google::protobuf::RepeatedPtrField<std::string>& admins) {
  STI_ASSIGN_OR_RETURN(RoleTable table, LoadRolesIfAny(roles, admins));
  if (table.HasNoOperator()) {
    return MakeError(Reason::kConfigInvalid, "admins",
                     "nobody is operator: name somebody in admins or roles.operators");
  }
  return table;
}

}  // namespace sti::admin
