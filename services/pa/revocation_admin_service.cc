// Revocations of certificates, at the edge.
#include <string>

#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "common/rpc/status.h"
#include "services/pa/policy_admin_service.h"
#include "services/pa/to_proto.h"

namespace sti::pa {

using admin::Role;
using grpc::ServerContext;

absl::Status PolicyAdminService::Record(const Actor& actor, const sti::v1::RecordRevocationRequest& request,
                                        sti::v1::Revocation& response) const {
  STI_ASSIGN_OR_RETURN(
      const RecordedRevocation recorded,
      rooms_.revocations.Record(
          actor, {request.certificate_pem(), request.issuer_der(), request.serial(), request.reason_code()},
          request.dry_run() ? RunMode::kDry : RunMode::kReal));
  if (!request.dry_run()) {
    daemon::LogInfo("revocation recorded", {{"client", actor.client},
                                            {"request_id", actor.request_id},
                                            {"issuer", recorded.revocation.issuer.Text()},
                                            {"serial", recorded.revocation.serial},
                                            {"reason_code", recorded.revocation.reason_code}});
  }
  response = ToProto(recorded.revocation);
  for (const std::string& effect : recorded.effects) response.add_effects(effect);
  return absl::OkStatus();
}

grpc::Status PolicyAdminService::RecordRevocation(ServerContext* context,
                                                  const sti::v1::RecordRevocationRequest* request,
                                                  sti::v1::Revocation* response) {
  const Actor caller = gate_.CallerOf(*context);
  if (gate_.roles().Has(caller.client, Role::kOperator) || !reporters_.Has(caller.client)) {
    return gate_.Run(*context, Role::kOperator,
                     [&](const Actor& actor) { return Record(actor, *request, *response); });
  }
  absl::Status done = reporters_.Check(caller.client, request->certificate_pem());
  if (done.ok()) done = Record(caller, *request, *response);
  if (done.ok()) return grpc::Status::OK;
  daemon::LogWarning(
      "revocation refused",
      {{"client", caller.client}, {"request_id", caller.request_id}, {"detail", done.message()}});
  return rpc::ToGrpcStatus(done);
}

grpc::Status PolicyAdminService::ListRevocations(ServerContext* context,
                                                 const sti::v1::ListRevocationsRequest* request,
                                                 sti::v1::ListRevocationsResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const RevocationPage page,
                         rooms_.revocations.List(request->page_size(), request->page_token()));
    for (const Revocation& revocation : page.revocations) *response->add_revocations() = ToProto(revocation);
    response->set_next_page_token(page.next_page_token);
    response->set_crl_number(page.crl_number);
    return absl::OkStatus();
  });
}

}  // namespace sti::pa
