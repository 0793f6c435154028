// AuthorityAdmin: what operators set, and what they issue by their own word.
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "services/ca/authority_admin_service.h"
#include "services/ca/to_proto.h"

namespace sti::ca {

using admin::Role;
using grpc::ServerContext;

grpc::Status AuthorityAdminService::IssueDelegate(ServerContext* context,
                                                  const sti::v1::IssueDelegateRequest* request,
                                                  sti::v1::IssueCertificateResponse* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    DelegateRequest delegate{request->csr(), request->organization(), {}, actor};
    if (request->has_not_before()) {
      STI_ASSIGN_OR_RETURN(delegate.validity.not_before, FromTimestamp(request->not_before(), "not_before"));
    }
    if (request->has_not_after()) {
      STI_ASSIGN_OR_RETURN(delegate.validity.not_after, FromTimestamp(request->not_after(), "not_after"));
    }
    STI_ASSIGN_OR_RETURN(const CertificateRecord issued, parts_.issuer.IssueDelegate(delegate));
    daemon::LogInfo("delegate certificate issued", {{"client", actor.client},
                                                    {"request_id", actor.request_id},
                                                    {"serial", issued.serial},
                                                    {"subject", issued.subject}});
    *response = ToIssued(issued, public_url_);
    return absl::OkStatus();
  });
}

grpc::Status AuthorityAdminService::SetOrganization(ServerContext* context,
                                                    const sti::v1::SetOrganizationRequest* request,
                                                    sti::v1::Organization* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    STI_RETURN_IF_ERROR(parts_.settings.SetOrganization(actor, {request->spc(), request->name()}));
    response->set_spc(request->spc());
    response->set_name(request->name());
    return absl::OkStatus();
  });
}

grpc::Status AuthorityAdminService::ListOrganizations(ServerContext* context,
                                                      const sti::v1::ListOrganizationsRequest* request,
                                                      sti::v1::ListOrganizationsResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const OrganizationPage page,
                         parts_.settings.ListOrganizations(request->page_size(), request->page_token()));
    for (const OrganizationRecord& record : page.organizations) {
      sti::v1::Organization& shown = *response->add_organizations();
      shown.set_spc(record.spc);
      shown.set_name(record.name);
    }
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

grpc::Status AuthorityAdminService::SetRateLimit(ServerContext* context,
                                                 const sti::v1::SetRateLimitRequest* request,
                                                 sti::v1::RateLimit* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    const sti::v1::RateLimit& asked = request->rate_limit();
    const LimitRecord record{asked.subject(), asked.limit(), asked.value()};
    STI_RETURN_IF_ERROR(request->remove() ? parts_.settings.RemoveLimit(actor, record)
                                          : parts_.settings.SetLimit(actor, record));
    *response = asked;
    if (request->remove()) response->clear_value();
    return absl::OkStatus();
  });
}

grpc::Status AuthorityAdminService::ListRateLimits(ServerContext* context,
                                                   const sti::v1::ListRateLimitsRequest* request,
                                                   sti::v1::ListRateLimitsResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const LimitPage page,
                         parts_.settings.ListLimits(request->page_size(), request->page_token()));
    for (const LimitRecord& record : page.limits) {
      sti::v1::RateLimit& shown = *response->add_rate_limits();
      shown.set_subject(record.subject);
      shown.set_limit(record.name);
      shown.set_value(static_cast<int32_t>(record.value));
    }
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

}  // namespace sti::ca
