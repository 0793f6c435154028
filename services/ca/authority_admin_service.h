// Edge of sti.v1.AuthorityAdmin: roles, translation.
#ifndef SERVICES_CA_AUTHORITY_ADMIN_SERVICE_H_
#define SERVICES_CA_AUTHORITY_ADMIN_SERVICE_H_

#include <string>

#include "absl/status/status.h"
#include "common/admin/gate.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "proto/sti/v1/certificate_authority.grpc.pb.h"
#include "services/ca/acme_accounts.h"
#include "services/ca/certificate_archive.h"
#include "services/ca/issuing_authority.h"
#include "services/ca/revoker.h"

namespace sti::ca {

// Thread-safe.
class AuthorityAdminService final : public sti::v1::AuthorityAdmin::Service {
 public:
  // All references must outlive this.
  AuthorityAdminService(const CertificateArchive& archive, const IssuingAuthority& authority,
                        const Revoker& revoker, const AcmeAccounts& accounts, const Clock& clock,
                        std::string public_url, const admin::Gate& gate);

  grpc::Status ListCertificates(grpc::ServerContext* context, const sti::v1::ListCertificatesRequest* request,
                                sti::v1::ListCertificatesResponse* response) override;
  grpc::Status GetCertificate(grpc::ServerContext* context, const sti::v1::GetCertificateRequest* request,
                              sti::v1::CertificateRecord* response) override;
  grpc::Status GetAuthorityChain(grpc::ServerContext* context,
                                 const sti::v1::GetAuthorityChainRequest* request,
                                 sti::v1::GetAuthorityChainResponse* response) override;
  grpc::Status RevokeCertificate(grpc::ServerContext* context,
                                 const sti::v1::RevokeCertificateRequest* request,
                                 sti::v1::CertificateRecord* response) override;
  grpc::Status ListAccounts(grpc::ServerContext* context, const sti::v1::ListAccountsRequest* request,
                            sti::v1::ListAccountsResponse* response) override;
  grpc::Status PauseAccount(grpc::ServerContext* context, const sti::v1::PauseAccountRequest* request,
                            sti::v1::AcmeAccount* response) override;
  grpc::Status ResumeAccount(grpc::ServerContext* context, const sti::v1::ResumeAccountRequest* request,
                             sti::v1::AcmeAccount* response) override;
  grpc::Status CreateExternalAccountKey(grpc::ServerContext* context,
                                        const sti::v1::CreateExternalAccountKeyRequest* request,
                                        sti::v1::ExternalAccountKey* response) override;

 private:
  absl::Status SetPaused(const Actor& actor, const std::string& id, bool paused,
                         sti::v1::AcmeAccount& response) const;

  const CertificateArchive& archive_;
  const IssuingAuthority& authority_;
  const Revoker& revoker_;
  const AcmeAccounts& accounts_;
  const Clock& clock_;
  const std::string public_url_;
  const admin::Gate& gate_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_AUTHORITY_ADMIN_SERVICE_H_
