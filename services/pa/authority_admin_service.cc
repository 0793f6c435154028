// The approved STI-CAs, at the edge.
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "services/pa/authority_change_request.h"
#include "services/pa/policy_admin_service.h"
#include "services/pa/to_proto.h"

namespace sti::pa {

using admin::Role;
using grpc::ServerContext;

grpc::Status PolicyAdminService::ApproveAuthority(ServerContext* context,
                                                  const sti::v1::ApproveAuthorityRequest* request,
                                                  sti::v1::Authority* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    const bool ask = rooms_.changes.required();
    STI_ASSIGN_OR_RETURN(const Authority authority,
                         ask ? AskToApprove(rooms_.changes, rooms_.authorities, actor, *request)
                             : rooms_.authorities.Approve(actor, FromProto(*request)));
    daemon::LogInfo(ask ? "authority waits for an approver" : "authority approved",
                    {{"admin", actor.client},
                     {"request_id", actor.request_id},
                     {"id", authority.id},
                     {"name", authority.name},
                     {"subject", authority.root.subject().Text()},
                     {"change", authority.pending_change}});
    *response = ToProto(authority);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::WithdrawAuthority(ServerContext* context,
                                                   const sti::v1::WithdrawAuthorityRequest* request,
                                                   sti::v1::Authority* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    STI_ASSIGN_OR_RETURN(
        const AuthorityChange change,
        rooms_.authorities.Withdraw(actor, request->id(), request->note(), request->dry_run()));
    if (!request->dry_run()) {
      daemon::LogInfo("authority withdrawn", {{"admin", actor.client},
                                              {"request_id", actor.request_id},
                                              {"id", change.authority.id},
                                              {"name", change.authority.name},
                                              {"note", request->note()}});
    }
    *response = ToProto(change.authority);
    for (const std::string& effect : change.effects) response->add_effects(effect);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::ListAuthorities(ServerContext* context,
                                                 const sti::v1::ListAuthoritiesRequest*,
                                                 sti::v1::ListAuthoritiesResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const AuthorityListing listing, rooms_.authorities.List());
    for (const Authority& authority : listing.authorities) *response->add_authorities() = ToProto(authority);
    response->set_trust_list_sequence(listing.trust_list_sequence);
    return absl::OkStatus();
  });
}

}  // namespace sti::pa
