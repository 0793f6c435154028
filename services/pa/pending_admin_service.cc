// Changes that wait for a second admin, at the edge.
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "services/pa/policy_admin_service.h"
#include "services/pa/to_proto.h"

namespace sti::pa {

using admin::Role;
using grpc::ServerContext;

namespace {

void LogDecision(absl::string_view what, const PendingChange& change) {
  daemon::LogInfo(what, {{"admin", change.decided_by},
                         {"change", change.id},
                         {"action", change.action},
                         {"object", change.object},
                         {"requested_by", change.requested_by},
                         {"note", change.note}});
}

}  // namespace

grpc::Status PolicyAdminService::ListPendingChanges(ServerContext* context,
                                                    const sti::v1::ListPendingChangesRequest* request,
                                                    sti::v1::ListPendingChangesResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    STI_ASSIGN_OR_RETURN(
        const PendingChangePage page,
        rooms_.changes.List(request->include_decided(), request->page_size(), request->page_token()));
    for (const PendingChange& change : page.changes) *response->add_changes() = ToProto(change);
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::ApproveChange(ServerContext* context,
                                               const sti::v1::ApproveChangeRequest* request,
                                               sti::v1::PendingChange* response) {
  return gate_.Run(*context, Role::kApprover, [&](const Actor& actor) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const PendingChange change,
                         rooms_.changes.Approve(actor, request->id(), request->note()));
    LogDecision("change approved", change);
    *response = ToProto(change);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::RejectChange(ServerContext* context,
                                              const sti::v1::RejectChangeRequest* request,
                                              sti::v1::PendingChange* response) {
  // Everybody who may look can ask, since the one who has asked may take it back.
  return gate_.Run(*context, Role::kViewer, [&](const Actor& actor) -> absl::Status {
    const bool approver = gate_.roles().Has(actor.client, Role::kApprover);
    STI_ASSIGN_OR_RETURN(const PendingChange change,
                         rooms_.changes.Reject(actor, approver, request->id(), request->note()));
    LogDecision("change rejected", change);
    *response = ToProto(change);
    return absl::OkStatus();
  });
}

}  // namespace sti::pa
