#include "services/pa/policy_admin_service.h"

#include <utility>

#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/pa/to_proto.h"

namespace sti::pa {

using grpc::ServerContext;

PolicyAdminService::PolicyAdminService(Rooms rooms, std::vector<std::string> admins,
                                       RevocationReporters reporters)
    : rooms_(rooms), admins_(std::move(admins)), reporters_(std::move(reporters)) {}

grpc::Status PolicyAdminService::AsAdmin(const ServerContext& context,
                                         const std::function<absl::Status()>& work) const {
  const absl::Status allowed = rpc::RequireIdentity(context, admins_);
  if (!allowed.ok()) {
    daemon::LogWarning("admin request refused", {{"client", rpc::ClientIdentity(context)}});
    return rpc::ToGrpcStatus(allowed);
  }
  const absl::Status done = work();
  return done.ok() ? grpc::Status::OK : rpc::ToGrpcStatus(done);
}

grpc::Status PolicyAdminService::RegisterProvider(ServerContext* context,
                                                  const sti::v1::RegisterProviderRequest* request,
                                                  sti::v1::Provider* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    if (!request->has_provider()) return MakeError(Reason::kMissingField, "provider", "nothing to register");
    STI_ASSIGN_OR_RETURN(const Provider provider, rooms_.providers.Register(FromProto(request->provider())));
    daemon::LogInfo("provider registered", {{"admin", rpc::ClientIdentity(*context)},
                                            {"provider", provider.id},
                                            {"name", provider.name},
                                            {"spcs", absl::StrJoin(provider.spcs, ",")},
                                            {"identities", absl::StrJoin(provider.client_identities, ",")}});
    *response = ToProto(provider);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::GetProvider(ServerContext* context,
                                             const sti::v1::GetProviderRequest* request,
                                             sti::v1::Provider* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    STI_ASSIGN_OR_RETURN(const Provider provider, rooms_.providers.Get(request->id()));
    *response = ToProto(provider);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::ListProviders(ServerContext* context,
                                               const sti::v1::ListProvidersRequest* request,
                                               sti::v1::ListProvidersResponse* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    STI_ASSIGN_OR_RETURN(const ProviderPage page,
                         rooms_.providers.List(request->page_size(), request->page_token()));
    for (const Provider& provider : page.providers) *response->add_providers() = ToProto(provider);
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::ApproveAuthority(ServerContext* context,
                                                  const sti::v1::ApproveAuthorityRequest* request,
                                                  sti::v1::Authority* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    STI_ASSIGN_OR_RETURN(const Authority authority,
                         rooms_.authorities.Approve(request->name(), request->root_pem()));
    daemon::LogInfo("authority approved", {{"admin", rpc::ClientIdentity(*context)},
                                           {"id", authority.id},
                                           {"name", authority.name},
                                           {"subject", authority.root.subject().Text()}});
    *response = ToProto(authority);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::WithdrawAuthority(ServerContext* context,
                                                   const sti::v1::WithdrawAuthorityRequest* request,
                                                   sti::v1::Authority* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    STI_ASSIGN_OR_RETURN(const Authority authority, rooms_.authorities.Withdraw(request->id()));
    daemon::LogInfo(
        "authority withdrawn",
        {{"admin", rpc::ClientIdentity(*context)}, {"id", authority.id}, {"name", authority.name}});
    *response = ToProto(authority);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::ListAuthorities(ServerContext* context,
                                                 const sti::v1::ListAuthoritiesRequest*,
                                                 sti::v1::ListAuthoritiesResponse* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    STI_ASSIGN_OR_RETURN(const AuthorityListing listing, rooms_.authorities.List());
    for (const Authority& authority : listing.authorities) *response->add_authorities() = ToProto(authority);
    response->set_trust_list_sequence(listing.trust_list_sequence);
    return absl::OkStatus();
  });
}

absl::Status PolicyAdminService::Record(const std::string& client,
                                        const sti::v1::RecordRevocationRequest& request,
                                        sti::v1::Revocation& response) const {
  STI_ASSIGN_OR_RETURN(const Revocation revocation,
                       rooms_.revocations.Record({request.certificate_pem(), request.issuer_der(),
                                                  request.serial(), request.reason_code()}));
  daemon::LogInfo("revocation recorded", {{"client", client},
                                          {"issuer", revocation.issuer.Text()},
                                          {"serial", revocation.serial},
                                          {"reason_code", revocation.reason_code}});
  response = ToProto(revocation);
  return absl::OkStatus();
}

grpc::Status PolicyAdminService::RecordRevocation(ServerContext* context,
                                                  const sti::v1::RecordRevocationRequest* request,
                                                  sti::v1::Revocation* response) {
  const std::string client = rpc::ClientIdentity(*context);
  const bool is_admin = rpc::RequireIdentity(*context, admins_).ok();
  if (is_admin || !reporters_.Has(client)) {
    return AsAdmin(*context, [&] { return Record(client, *request, *response); });
  }
  absl::Status done = reporters_.Check(client, request->certificate_pem());
  if (done.ok()) done = Record(client, *request, *response);
  if (done.ok()) return grpc::Status::OK;
  daemon::LogWarning("revocation refused", {{"client", client}, {"detail", done.message()}});
  return rpc::ToGrpcStatus(done);
}

grpc::Status PolicyAdminService::ListRevocations(ServerContext* context,
                                                 const sti::v1::ListRevocationsRequest* request,
                                                 sti::v1::ListRevocationsResponse* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    STI_ASSIGN_OR_RETURN(const RevocationPage page,
                         rooms_.revocations.List(request->page_size(), request->page_token()));
    for (const Revocation& revocation : page.revocations) *response->add_revocations() = ToProto(revocation);
    response->set_next_page_token(page.next_page_token);
    response->set_crl_number(page.crl_number);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::AssignNumbers(ServerContext* context,
                                               const sti::v1::AssignNumbersRequest* request,
                                               sti::v1::AssignNumbersResponse* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    STI_ASSIGN_OR_RETURN(const int64_t sequence, rooms_.numbers.Assign(FromProto(request->numbers())));
    daemon::LogInfo("numbers assigned", {{"admin", rpc::ClientIdentity(*context)},
                                         {"ranges", request->numbers_size()},
                                         {"first_spc", request->numbers(0).spc()},
                                         {"first_start", request->numbers(0).start()},
                                         {"sequence", sequence}});
    response->set_number_list_sequence(sequence);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::WithdrawNumbers(ServerContext* context,
                                                 const sti::v1::WithdrawNumbersRequest* request,
                                                 sti::v1::WithdrawNumbersResponse* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    STI_ASSIGN_OR_RETURN(const int64_t sequence, rooms_.numbers.Withdraw(FromProto(request->numbers())));
    daemon::LogInfo("numbers withdrawn", {{"admin", rpc::ClientIdentity(*context)},
                                          {"ranges", request->numbers_size()},
                                          {"first_spc", request->numbers(0).spc()},
                                          {"first_start", request->numbers(0).start()},
                                          {"sequence", sequence}});
    response->set_number_list_sequence(sequence);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::ListNumbers(ServerContext* context,
                                             const sti::v1::ListNumbersRequest* request,
                                             sti::v1::ListNumbersResponse* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    STI_ASSIGN_OR_RETURN(const NumberPage page,
                         rooms_.numbers.List(request->spc(), request->page_size(), request->page_token()));
    for (const NumberBlock& block : page.blocks) *response->add_numbers() = ToProto(block);
    response->set_next_page_token(page.next_page_token);
    response->set_number_list_sequence(page.sequence);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::ListTokens(ServerContext* context, const sti::v1::ListTokensRequest* request,
                                            sti::v1::ListTokensResponse* response) {
  return AsAdmin(*context, [&]() -> absl::Status {
    STI_ASSIGN_OR_RETURN(
        const TokenPage page,
        rooms_.tokens.List(request->provider_id(), request->page_size(), request->page_token()));
    for (const TokenRecord& token : page.tokens) *response->add_tokens() = ToProto(token);
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

}  // namespace sti::pa
