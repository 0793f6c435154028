// Edge of sti.v1.AuthorityAdmin: admins only, translation.
#ifndef SERVICES_CA_AUTHORITY_ADMIN_SERVICE_H_
#define SERVICES_CA_AUTHORITY_ADMIN_SERVICE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/sti/v1/certificate_authority.grpc.pb.h"
#include "services/ca/certificate_archive.h"
#include "services/ca/issuing_authority.h"

namespace sti::ca {

// Thread-safe.
class AuthorityAdminService final : public sti::v1::AuthorityAdmin::Service {
 public:
  // `archive` and `authority` must outlive this.
  AuthorityAdminService(const CertificateArchive& archive, const IssuingAuthority& authority,
                        std::string public_url, std::vector<std::string> admins);

  grpc::Status ListCertificates(grpc::ServerContext* context, const sti::v1::ListCertificatesRequest* request,
                                sti::v1::ListCertificatesResponse* response) override;
  grpc::Status GetCertificate(grpc::ServerContext* context, const sti::v1::GetCertificateRequest* request,
                              sti::v1::CertificateRecord* response) override;
  grpc::Status GetAuthorityChain(grpc::ServerContext* context,
                                 const sti::v1::GetAuthorityChainRequest* request,
                                 sti::v1::GetAuthorityChainResponse* response) override;

 private:
  // Runs `work` for an admin; refuses everybody else.
  grpc::Status AsAdmin(const grpc::ServerContext& context, const std::function<absl::Status()>& work) const;

  const CertificateArchive& archive_;
  const IssuingAuthority& authority_;
  const std::string public_url_;
  const std::vector<std::string> admins_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_AUTHORITY_ADMIN_SERVICE_H_
