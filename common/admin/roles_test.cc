#include "common/admin/roles.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "common/admin/roles_config.h"
#include "common/base/reason.h"

namespace sti::admin {
namespace {

constexpr Role kAll[] = {Role::kViewer, Role::kOperator, Role::kApprover, Role::kAuditor};

TEST(Roles, AnAdminHasEveryRole) {
  const RoleTable table({}, {"root"});
  for (const Role role : kAll) EXPECT_TRUE(table.Has("root", role)) << RoleName(role);
}

TEST(Roles, AStrangerHasNone) {
  const RoleTable table({{Role::kViewer, {"v"}}}, {"root"});
  for (const Role role : kAll) {
    EXPECT_FALSE(table.Has("stranger", role)) << RoleName(role);
    EXPECT_FALSE(table.Has("", role)) << RoleName(role);
  }
}

TEST(Roles, EveryRoleMayLookAndDoItsOwn) {
  const RoleTable table(
      {{Role::kViewer, {"v"}}, {Role::kOperator, {"o"}}, {Role::kApprover, {"p"}}, {Role::kAuditor, {"a"}}},
      {});
  for (const char* identity : {"v", "o", "p", "a"})
    EXPECT_TRUE(table.Has(identity, Role::kViewer)) << identity;
  for (const char* identity : {"v", "p", "a"}) EXPECT_FALSE(table.Has(identity, Role::kOperator)) << identity;
  for (const char* identity : {"v", "o", "a"}) EXPECT_FALSE(table.Has(identity, Role::kApprover)) << identity;
  for (const char* identity : {"v", "o", "p"}) EXPECT_FALSE(table.Has(identity, Role::kAuditor)) << identity;
  EXPECT_TRUE(table.Has("o", Role::kOperator));
  EXPECT_TRUE(table.Has("p", Role::kApprover));
  EXPECT_TRUE(table.Has("a", Role::kAuditor));
}

TEST(Roles, TwoCanAgreeOnlyWhenTheyAreTwo) {
  using Identities = std::map<Role, std::vector<std::string>>;
  EXPECT_FALSE(RoleTable({}, {"root"}).TwoCanAgree());
  EXPECT_TRUE(RoleTable({}, {"root", "other"}).TwoCanAgree());
  EXPECT_FALSE(RoleTable({{Role::kOperator, {"o"}}}, {}).TwoCanAgree());
  EXPECT_FALSE(RoleTable({{Role::kApprover, {"p"}}}, {}).TwoCanAgree());
  EXPECT_TRUE(RoleTable(Identities{{Role::kOperator, {"o"}}, {Role::kApprover, {"p"}}}, {}).TwoCanAgree());
  EXPECT_FALSE(RoleTable(Identities{{Role::kOperator, {"o"}}, {Role::kApprover, {"o"}}}, {}).TwoCanAgree());
  EXPECT_TRUE(
      RoleTable(Identities{{Role::kOperator, {"o", "p"}}, {Role::kApprover, {"o"}}}, {}).TwoCanAgree());
  EXPECT_TRUE(RoleTable(Identities{{Role::kApprover, {"p"}}}, {"root"}).TwoCanAgree());
  EXPECT_FALSE(
      RoleTable(Identities{{Role::kViewer, {"v"}}, {Role::kAuditor, {"a"}}}, {"root"}).TwoCanAgree());
}

absl::Status Load(const sti::config::v1::Roles& roles, const std::vector<std::string>& admins) {
  google::protobuf::RepeatedPtrField<std::string> list(admins.begin(), admins.end());
  return LoadRoles(roles, list).status();
}

TEST(RolesConfig, SomebodyMustBeOperator) {
  sti::config::v1::Roles roles;
  roles.add_approvers("p");
  EXPECT_EQ(ReasonOf(Load(roles, {})), Reason::kConfigInvalid);
  EXPECT_TRUE(Load(roles, {"root"}).ok());
  roles.add_operators("o");
  EXPECT_TRUE(Load(roles, {}).ok());
}

TEST(RolesConfig, AnEmptyIdentityIsRefused) {
  sti::config::v1::Roles roles;
  EXPECT_EQ(FieldOf(Load(roles, {"root", ""})), "admins");
  roles.add_viewers("");
  EXPECT_EQ(FieldOf(Load(roles, {"root"})), "roles");
}

}  // namespace
}  // namespace sti::admin
