#include "services/ca/authority_admin_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "common/rpc/server.h"
#include "services/ca/to_proto.h"

namespace sti::ca {

using admin::Role;
using grpc::ServerContext;

namespace {

absl::Status CheckReason(int64_t reason) {
  if (IsAdminsReason(reason)) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, "reason_code", "not a CRLReason of 0 to 5, 9 or 10");
}

}  // namespace

AuthorityAdminService::AuthorityAdminService(const AdminParts& parts, std::string public_url,
                                             const admin::Gate& gate, const admin::Gate& policy_gate)
    : parts_(parts), public_url_(std::move(public_url)), gate_(gate), policy_gate_(policy_gate) {}

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
    filter.now = parts_.clock.TimeNow();
    filter.serial_prefix = CanonicalSerial(request->serial_prefix());
    STI_ASSIGN_OR_RETURN(const CertificatePage page,
                         parts_.archive.List(filter, request->page_size(), request->page_token()));
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
    STI_ASSIGN_OR_RETURN(const CertificateRecord record, parts_.archive.Get(request->serial()));
    *response = ToProto(record, public_url_);
    return absl::OkStatus();
  });
}

grpc::Status AuthorityAdminService::GetAuthorityChain(ServerContext* context,
                                                      const sti::v1::GetAuthorityChainRequest*,
                                                      sti::v1::GetAuthorityChainResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    response->set_issuing_pem(parts_.authority.issuing.Pem());
    response->set_root_pem(parts_.authority.root.Pem());
    for (const pki::Certificate& above : parts_.authority.above) response->add_above_pem(above.Pem());
    for (const OtherIssuer& other : parts_.authority.others) {
      sti::v1::OtherAuthority& shown = *response->add_others();
      shown.set_issuing_pem(other.issuing.Pem());
      shown.set_root_pem(other.root.Pem());
    }
    return absl::OkStatus();
  });
}

grpc::Status AuthorityAdminService::RevokeCertificate(ServerContext* context,
                                                      const sti::v1::RevokeCertificateRequest* request,
                                                      sti::v1::CertificateRecord* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    if (request->serial().empty()) return MakeError(Reason::kMissingField, "serial", "which certificate?");
    STI_RETURN_IF_ERROR(CheckReason(request->reason_code()));
    const std::string serial = CanonicalSerial(request->serial());
    if (request->dry_run()) {
      STI_ASSIGN_OR_RETURN(const CertificateRecord standing, parts_.revoker.Revocable(serial));
      *response = ToProto(standing, public_url_);
      return absl::OkStatus();
    }
    STI_ASSIGN_OR_RETURN(const CertificateRecord record,
                         parts_.revoker.Revoke(actor, serial, request->reason_code()));
    daemon::LogInfo("certificate revoked", {{"client", actor.client},
                                            {"request_id", actor.request_id},
                                            {"serial", record.serial},
                                            {"spc", record.spc},
                                            {"crl_reason", absl::StrCat(record.revocation_reason)}});
    *response = ToProto(record, public_url_);
    return absl::OkStatus();
  });
}

grpc::Status AuthorityAdminService::RevokeSpc(ServerContext* context,
                                              const sti::v1::RevokeSpcRequest* request,
                                              sti::v1::RevokeSpcResponse* response) {
  const bool policy = policy_gate_.roles().Has(rpc::ClientIdentity(*context), Role::kOperator);
  return (policy ? policy_gate_ : gate_)
      .Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
        STI_RETURN_IF_ERROR(CheckReason(request->reason_code()));
        STI_ASSIGN_OR_RETURN(const std::vector<std::string> serials,
                             request->dry_run()
                                 ? parts_.revoker.ValidOfSpc(request->spc())
                                 : parts_.revoker.RevokeSpc(actor, request->spc(), request->reason_code()));
        *response->mutable_serials() = {serials.begin(), serials.end()};
        if (request->dry_run()) return absl::OkStatus();
        daemon::LogInfo("certificates of an SPC revoked",
                        {{"client", actor.client},
                         {"request_id", actor.request_id},
                         {"spc", request->spc()},
                         {"certificates", absl::StrCat(serials.size())},
                         {"crl_reason", absl::StrCat(request->reason_code())}});
        return absl::OkStatus();
      });
}

grpc::Status AuthorityAdminService::ListAccounts(ServerContext* context,
                                                 const sti::v1::ListAccountsRequest* request,
                                                 sti::v1::ListAccountsResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const AccountPage page,
                         parts_.accounts.List(request->page_size(), request->page_token()));
    for (const AcmeAccount& account : page.accounts) *response->add_accounts() = ToProto(account);
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

absl::Status AuthorityAdminService::SetPaused(const Actor& actor, const std::string& id, bool paused,
                                              sti::v1::AcmeAccount& response) const {
  if (id.empty()) return MakeError(Reason::kMissingField, "id", "which account?");
  STI_ASSIGN_OR_RETURN(const AcmeAccount account, parts_.accounts.SetPaused(actor, id, paused));
  daemon::LogInfo(paused ? "ACME account paused" : "ACME account resumed",
                  {{"client", actor.client}, {"request_id", actor.request_id}, {"account", id}});
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
    STI_ASSIGN_OR_RETURN(const ExternalKey key, parts_.accounts.MakeExternalKey(actor, request->provider()));
    daemon::LogInfo("external account key made", {{"client", actor.client},
                                                  {"request_id", actor.request_id},
                                                  {"key", key.id},
                                                  {"provider", key.provider}});
    response->set_id(key.id);
    response->set_provider(key.provider);
    response->set_mac_key(key.mac_key);
    return absl::OkStatus();
  });
}

}  // namespace sti::ca
