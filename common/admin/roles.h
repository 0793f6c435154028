// Who may do what among the admins of sti-ca and sti-pa.
#ifndef COMMON_ADMIN_ROLES_H_
#define COMMON_ADMIN_ROLES_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sti::admin {

// Every role may look (kViewer).
enum class Role {
  kViewer,    // looks, changes nothing
  kOperator,  // changes; what cannot be undone only together with an approver
  kApprover,  // confirms or rejects what somebody else asked for
  kAuditor,   // reads the audit
};

// "viewer" and so on.
absl::string_view RoleName(Role role);

// Client identities and their roles. Immutable, thread-safe.
class RoleTable {
 public:
  // `admins` have every role.
  RoleTable(std::map<Role, std::vector<std::string>> identities, const std::vector<std::string>& admins);

  // False for the empty identity.
  bool Has(absl::string_view identity, Role role) const;
  // Nobody can change anything.
  bool HasNoOperator() const;
  // There are an operator and an approver who are not the same.
  bool TwoCanAgree() const;

 private:
  std::map<Role, std::set<std::string, std::less<>>> identities_;
};

}  // namespace sti::admin

#endif  // COMMON_ADMIN_ROLES_H_
