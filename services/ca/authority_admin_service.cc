#include "services/ca/authority_admin_service.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/ca/to_proto.h"

namespace sti::ca {

using grpc::ServerContext;

AuthorityAdminService::AuthorityAdminService(const CertificateArchive& archive,
                                             const IssuingAuthority& authority, std::string public_url,
                                             std::vector<std::string> admins)
    : archive_(archive),
      authority_(authority),
      public_url_(std::move(public_url)),
      admins_(std::move(admins)) {}

grpc::Status AuthorityAdminService::AsAdmin(const ServerContext& context,
                                            const std::function<absl::Status()>& work) const {
  const absl::Status allowed = rpc::RequireIdentity(context, admins_);
  if (!allowed.ok()) {
    daemon::LogWarning("admin request refused", {{"client", rpc::ClientIdentity(context)}});
    return rpc::ToGrpcStatus(allowed);
  }
  const absl::Status done = work();
  return done.ok() ? grpc::Status::OK : rpc::ToGrpcStatus(done);
}

grpc::Status AuthorityAdminService::ListCertificates(ServerContext* context,
                                                     const sti::v1::ListCertificatesRequest* request,
                                                     sti::v1::ListCertificatesResponse* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    CertificateFilter filter;
    filter.spc = request->spc();
    if (request->has_expiring_before()) {
      STI_ASSIGN_OR_RETURN(filter.expiring_before,
                           FromTimestamp(request->expiring_before(), "expiring_before"));
    }
    STI_ASSIGN_OR_RETURN(const CertificatePage page,
                         archive_.List(filter, request->page_size(), request->page_token()));
    for (const CertificateRecord& record : page.certificates) {
      *response->add_certificates() = ToProto(record, public_url_);
    }
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

grpc::Status AuthorityAdminService::GetCertificate(ServerContext* context,
                                                   const sti::v1::GetCertificateRequest* request,
                                                   sti::v1::CertificateRecord* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    STI_ASSIGN_OR_RETURN(const CertificateRecord record, archive_.Get(request->serial()));
    *response = ToProto(record, public_url_);
    return absl::OkStatus();
  });
}

grpc::Status AuthorityAdminService::GetAuthorityChain(ServerContext* context,
                                                      const sti::v1::GetAuthorityChainRequest*,
                                                      sti::v1::GetAuthorityChainResponse* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    response->set_issuing_pem(authority_.issuing.Pem());
    response->set_root_pem(authority_.root.Pem());
    return absl::OkStatus();
  });
}

}  // namespace sti::ca
