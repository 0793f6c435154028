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
#include "services/ca/certificate_issuer.h"
#include "services/ca/issuing_authority.h"
#include "services/ca/operator_settings.h"
#include "services/ca/revoker.h"

namespace sti::ca {

// What the service shows and changes.
struct AdminParts {
  const CertificateArchive& archive;
  const IssuingAuthority& authority;
  const Revoker& revoker;
  const AcmeAccounts& accounts;
  const CertificateIssuer& issuer;
  const OperatorSettings& settings;
  const Clock& clock;
};

// Thread-safe. The methods about what operators set stand in authority_settings_service.cc.
class AuthorityAdminService final : public sti::v1::AuthorityAdmin::Service {
 public:
  // All references must outlive this. `policy_gate`: operators there are the STI-PA's clients, who may call
  // RevokeSpc and nothing else.
  AuthorityAdminService(const AdminParts& parts, std::string public_url, const admin::Gate& gate,
                        const admin::Gate& policy_gate);

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
  grpc::Status RevokeSpc(grpc::ServerContext* context, const sti::v1::RevokeSpcRequest* request,
                         sti::v1::RevokeSpcResponse* response) override;
  grpc::Status ListAccounts(grpc::ServerContext* context, const sti::v1::ListAccountsRequest* request,
                            sti::v1::ListAccountsResponse* response) override;
  grpc::Status PauseAccount(grpc::ServerContext* context, const sti::v1::PauseAccountRequest* request,
                            sti::v1::AcmeAccount* response) override;
  grpc::Status ResumeAccount(grpc::ServerContext* context, const sti::v1::ResumeAccountRequest* request,
                             sti::v1::AcmeAccount* response) override;
  grpc::Status CreateExternalAccountKey(grpc::ServerContext* context,
                                        const sti::v1::CreateExternalAccountKeyRequest* request,
                                        sti::v1::ExternalAccountKey* response) override;
  grpc::Status IssueDelegate(grpc::ServerContext* context, const sti::v1::IssueDelegateRequest* request,
                             sti::v1::IssueCertificateResponse* response) override;
  grpc::Status SetOrganization(grpc::ServerContext* context, const sti::v1::SetOrganizationRequest* request,
                               sti::v1::Organization* response) override;
  grpc::Status ListOrganizations(grpc::ServerContext* context,
                                 const sti::v1::ListOrganizationsRequest* request,
                                 sti::v1::ListOrganizationsResponse* response) override;
  grpc::Status SetRateLimit(grpc::ServerContext* context, const sti::v1::SetRateLimitRequest* request,
                            sti::v1::RateLimit* response) override;
  grpc::Status ListRateLimits(grpc::ServerContext* context, const sti::v1::ListRateLimitsRequest* request,
                              sti::v1::ListRateLimitsResponse* response) override;

 private:
  absl::Status SetPaused(const Actor& actor, const std::string& id, bool paused,
                         sti::v1::AcmeAccount& response) const;

  const AdminParts parts_;
  const std::string public_url_;
  const admin::Gate& gate_;
  const admin::Gate& policy_gate_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_AUTHORITY_ADMIN_SERVICE_H_
