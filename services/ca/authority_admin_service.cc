#include "services/ca/authority_admin_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "common/rpc/status.h"
#include "services/ca/to_proto.h"

namespace sti::ca {

using admin::Role;
using grpc::ServerContext;

AuthorityAdminService::AuthorityAdminService(const CertificateArchive& archive,
                                             const IssuingAuthority& authority, const Revoker& revoker,
                                             const AcmeAccounts& accounts, const Clock& clock,
                                             std::string public_url, const admin::Gate& gate)
    : archive_(archive),
      authority_(authority),
      revoker_(revoker),
      accounts_(accounts),
      clock_(clock),
      public_url_(std::move(public_url)),
      gate_(gate) {}

grpc::Status AuthorityAdminService::ListCertificates(ServerContext* context,
                                                     const sti::v1::ListCertificatesRequest* request,
                                                     sti::v1::ListCertificatesResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    CertificateFilter filter;
    filter.spc = request->spc();
    if (request->has_expiring_before()) {
      STI_ASSIGN_OR_RETURN(filter.expiring_before,
                           FromTimestamp(request->expiring_before(), "expiring_before"));
    }
    filter.state = FromProto(request->state());
    filter.now = clock_.TimeNow();
    filter.serial_prefix = CanonicalSerial(request->serial_prefix());
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
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const CertificateRecord record, archive_.Get(request->serial()));
    *response = ToProto(record, public_url_);
    return absl::OkStatus();
  });
}

grpc::Status AuthorityAdminService::GetAuthorityChain(ServerContext* context,
                                                      const sti::v1::GetAuthorityChainRequest*,
                                                      sti::v1::GetAuthorityChainResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    response->set_issuing_pem(authority_.issuing.Pem());
    response->set_root_pem(authority_.root.Pem());
    return absl::OkStatus();
  });
}

grpc::Status AuthorityAdminService::RevokeCertificate(ServerContext* context,
                                                      const sti::v1::RevokeCertificateRequest* request,
                                                      sti::v1::CertificateRecord* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    if (request->serial().empty()) return MakeError(Reason::kMissingField, "serial", "which certificate?");
    if (!IsAdminsReason(request->reason_code())) {
      return MakeError(Reason::kInvalidField, "reason_code", "not a CRLReason of 0 to 5, 9 or 10");
    }
    const std::string admin = actor.client;
    STI_ASSIGN_OR_RETURN(const CertificateRecord record,
                         revoker_.Revoke(CanonicalSerial(request->serial()), request->reason_code(), admin));
    daemon::LogInfo("certificate revoked", {{"client", admin},
                                            {"serial", record.serial},
                                            {"spc", record.spc},
                                            {"crl_reason", absl::StrCat(record.revocation_reason)}});
    *response = ToProto(record, public_url_);
    return absl::OkStatus();
  });
}

grpc::Status AuthorityAdminService::ListAccounts(ServerContext* context,
                                                 const sti::v1::ListAccountsRequest* request,
                                                 sti::v1::ListAccountsResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const AccountPage page, accounts_.List(request->page_size(), request->page_token()));
    for (const AcmeAccount& account : page.accounts) *response->add_accounts() = ToProto(account);
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

absl::Status AuthorityAdminService::SetPaused(const Actor& actor, const std::string& id, bool paused,
                                              sti::v1::AcmeAccount& response) const {
  if (id.empty()) return MakeError(Reason::kMissingField, "id", "which account?");
  STI_ASSIGN_OR_RETURN(const AcmeAccount account, accounts_.SetPaused(id, paused));
  daemon::LogInfo(paused ? "ACME account paused" : "ACME account resumed",
                  {{"client", actor.client}, {"account", id}});
  response = ToProto(account);
  return absl::OkStatus();
}

grpc::Status AuthorityAdminService::PauseAccount(ServerContext* context,
                                                 const sti::v1::PauseAccountRequest* request,
                                                 sti::v1::AcmeAccount* response) {
  return gate_.Run(*context, Role::kOperator,
                   [&](const Actor& actor) { return SetPaused(actor, request->id(), true, *response); });
}

grpc::Status AuthorityAdminService::ResumeAccount(ServerContext* context,
                                                  const sti::v1::ResumeAccountRequest* request,
                                                  sti::v1::AcmeAccount* response) {
  return gate_.Run(*context, Role::kOperator,
                   [&](const Actor& actor) { return SetPaused(actor, request->id(), false, *response); });
}

grpc::Status AuthorityAdminService::CreateExternalAccountKey(
    ServerContext* context, const sti::v1::CreateExternalAccountKeyRequest* request,
    sti::v1::ExternalAccountKey* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const ExternalKey key, accounts_.MakeExternalKey(request->provider()));
    daemon::LogInfo("external account key made",
                    {{"client", actor.client}, {"key", key.id}, {"provider", key.provider}});
    response->set_id(key.id);
    response->set_provider(key.provider);
    response->set_mac_key(key.mac_key);
    return absl::OkStatus();
  });
}

}  // namespace sti::ca
