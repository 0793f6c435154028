// Accounts at the HTTPS interface, at the edge.
#include <string>

#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "services/pa/policy_admin_service.h"
#include "services/pa/to_proto.h"

namespace sti::pa {
namespace {

sti::v1::ApiUser ToProto(const ApiUser& user) {
  sti::v1::ApiUser proto;
  proto.set_user_id(user.user_id);
  proto.set_provider_id(user.provider_id);
  *proto.mutable_created() = ToTimestamp(user.created);
  return proto;
}

}  // namespace

using admin::Role;
using grpc::ServerContext;

grpc::Status PolicyAdminService::CreateApiUser(ServerContext* context,
                                               const sti::v1::CreateApiUserRequest* request,
                                               sti::v1::ApiUser* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const NewApiUser made,
                         rooms_.users.Create(actor, request->user_id(), request->provider_id()));
    daemon::LogInfo("user created", {{"admin", actor.client},
                                     {"request_id", actor.request_id},
                                     {"user", made.user.user_id},
                                     {"provider", made.user.provider_id}});
    *response = ToProto(made.user);
    response->set_password(std::string(made.password.RevealForUse()));
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::ListApiUsers(ServerContext* context,
                                              const sti::v1::ListApiUsersRequest* request,
                                              sti::v1::ListApiUsersResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    STI_ASSIGN_OR_RETURN(
        const ApiUserPage page,
        rooms_.users.List(request->provider_id(), request->page_size(), request->page_token()));
    for (const ApiUser& user : page.users) *response->add_users() = ToProto(user);
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::DeleteApiUser(ServerContext* context,
                                               const sti::v1::DeleteApiUserRequest* request,
                                               sti::v1::ApiUser* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    const RunMode run = request->dry_run() ? RunMode::kDry : RunMode::kReal;
    STI_ASSIGN_OR_RETURN(const ApiUserRemoval removal, rooms_.users.Delete(actor, request->user_id(), run));
    const ApiUser& user = removal.user;
    if (run == RunMode::kReal) {
      daemon::LogInfo("user deleted", {{"admin", actor.client},
                                       {"request_id", actor.request_id},
                                       {"user", user.user_id},
                                       {"provider", user.provider_id}});
    }
    *response = ToProto(user);
    for (const std::string& effect : removal.effects) response->add_effects(effect);
    return absl::OkStatus();
  });
}

}  // namespace sti::pa
