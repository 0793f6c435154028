#include "common/admin/roles.h"

namespace sti::admin {

absl::string_view RoleName(Role role) {
  switch (role) {
    case Role::kViewer:
      return "viewer";
    case Role::kOperator:
      return "operator";
    case Role::kApprover:
      return "approver";
    case Role::kAuditor:
      return "auditor";
  }
  return "";
}

RoleTable::RoleTable(std::map<Role, std::vector<std::string>> identities,
                     const std::vector<std::string>& admins) {
  for (const Role role : {Role::kViewer, Role::kOperator, Role::kApprover, Role::kAuditor}) {
    std::set<std::string, std::less<>>& holders = identities_[role];
    holders.insert(admins.begin(), admins.end());
    holders.insert(identities[role].begin(), identities[role].end());
    identities_[Role::kViewer].insert(holders.begin(), holders.end());
  }
}

bool RoleTable::Has(absl::string_view identity, Role role) const {
  if (identity.empty()) return false;
  const auto holders = identities_.find(role);
  return holders != identities_.end() && holders->second.count(std::string(identity)) > 0;
}

bool RoleTable::HasNoOperator() const {
  const auto holders = identities_.find(Role::kOperator);
  return holders == identities_.end() || holders->second.empty();
}

bool RoleTable::TwoCanAgree() const {
  const auto operators = identities_.find(Role::kOperator);
  const auto approvers = identities_.find(Role::kApprover);
  if (operators == identities_.end() || approvers == identities_.end()) return false;
  if (operators->second.empty() || approvers->second.empty()) return false;
  return operators->second.size() > 1 || operators->second != approvers->second;
}

}  // namespace sti::admin
