#include "services/pa/policy_admin_service.h"

#include <utility>

#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "services/pa/provider_change_request.h"
#include "services/pa/to_proto.h"

namespace sti::pa {

using admin::Role;
using grpc::ServerContext;

namespace {

RunMode HowToRun(bool dry_run) { return dry_run ? RunMode::kDry : RunMode::kReal; }

void LogChange(absl::string_view what, const Actor& actor, const ProviderChange& change, bool dry_run) {
  if (dry_run) return;
  daemon::LogInfo(what, {{"admin", actor.client},
                         {"request_id", actor.request_id},
                         {"provider", change.provider.id},
                         {"state", StateName(change.provider.state)},
                         {"note", change.provider.state_note},
                         {"effects", absl::StrJoin(change.effects, "; ")}});
}

}  // namespace

PolicyAdminService::PolicyAdminService(Rooms rooms, const admin::Gate& gate, RevocationReporters reporters)
    : rooms_(rooms), gate_(gate), reporters_(std::move(reporters)) {}

grpc::Status PolicyAdminService::RegisterProvider(ServerContext* context,
                                                  const sti::v1::RegisterProviderRequest* request,
                                                  sti::v1::Provider* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    if (!request->has_provider()) return MakeError(Reason::kMissingField, "provider", "nothing to register");
    const bool ask = rooms_.changes.required();
    STI_ASSIGN_OR_RETURN(const Provider provider,
                         ask ? AskToRegister(rooms_.changes, rooms_.providers, actor, *request)
                             : rooms_.providers.Register(actor, FromProto(request->provider())));
    daemon::LogInfo(ask ? "provider waits for an approver" : "provider registered",
                    {{"admin", actor.client},
                     {"request_id", actor.request_id},
                     {"provider", provider.id},
                     {"name", provider.name},
                     {"spcs", absl::StrJoin(provider.spcs, ",")},
                     {"identities", absl::StrJoin(provider.client_identities, ",")},
                     {"change", provider.pending_change}});
    *response = ToProto(provider);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::UpdateProvider(ServerContext* context,
                                                const sti::v1::UpdateProviderRequest* request,
                                                sti::v1::ProviderChange* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    if (!request->has_provider()) return MakeError(Reason::kMissingField, "provider", "nothing to update");
    if (rooms_.changes.required() && !request->dry_run()) {
      STI_ASSIGN_OR_RETURN(const ProviderChange would,
                           rooms_.providers.Update(actor, FromProto(request->provider()), RunMode::kDry));
      if (would.widens_rights) {
        STI_ASSIGN_OR_RETURN(*response, AskToUpdate(rooms_.changes, rooms_.providers, actor, *request));
        daemon::LogInfo("provider update waits for an approver", {{"admin", actor.client},
                                                                  {"request_id", actor.request_id},
                                                                  {"provider", would.provider.id},
                                                                  {"change", response->pending().id()}});
        return absl::OkStatus();
      }
    }
    STI_ASSIGN_OR_RETURN(
        const ProviderChange change,
        rooms_.providers.Update(actor, FromProto(request->provider()), HowToRun(request->dry_run())));
    LogChange("provider updated", actor, change, request->dry_run());
    *response = ToProto(change);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::SuspendProvider(ServerContext* context,
                                                 const sti::v1::SuspendProviderRequest* request,
                                                 sti::v1::ProviderChange* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    STI_ASSIGN_OR_RETURN(
        const ProviderChange change,
        rooms_.providers.Suspend(actor, request->id(), request->note(), request->revoke_certificates(),
                                 HowToRun(request->dry_run())));
    LogChange("provider suspended", actor, change, request->dry_run());
    *response = ToProto(change);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::ReinstateProvider(ServerContext* context,
                                                   const sti::v1::ReinstateProviderRequest* request,
                                                   sti::v1::ProviderChange* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    STI_ASSIGN_OR_RETURN(
        const ProviderChange change,
        rooms_.providers.Reinstate(actor, request->id(), request->note(), HowToRun(request->dry_run())));
    LogChange("provider reinstated", actor, change, request->dry_run());
    *response = ToProto(change);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::RevokeProvider(ServerContext* context,
                                                const sti::v1::RevokeProviderRequest* request,
                                                sti::v1::ProviderChange* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    if (rooms_.changes.required() && !request->dry_run()) {
      STI_ASSIGN_OR_RETURN(*response, AskToRevoke(rooms_.changes, rooms_.providers, actor, *request));
      daemon::LogInfo("provider revocation waits for an approver", {{"admin", actor.client},
                                                                    {"request_id", actor.request_id},
                                                                    {"provider", request->id()},
                                                                    {"note", request->note()},
                                                                    {"change", response->pending().id()}});
      return absl::OkStatus();
    }
    STI_ASSIGN_OR_RETURN(
        const ProviderChange change,
        rooms_.providers.Revoke(actor, request->id(), request->note(), HowToRun(request->dry_run())));
    LogChange("provider revoked", actor, change, request->dry_run());
    *response = ToProto(change);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::GetProvider(ServerContext* context,
                                             const sti::v1::GetProviderRequest* request,
                                             sti::v1::Provider* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const Provider provider, rooms_.providers.Get(request->id()));
    *response = ToProto(provider);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::ListProviders(ServerContext* context,
                                               const sti::v1::ListProvidersRequest* request,
                                               sti::v1::ListProvidersResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const ProviderPage page,
                         rooms_.providers.List(request->page_size(), request->page_token()));
    for (const Provider& provider : page.providers) *response->add_providers() = ToProto(provider);
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

grpc::Status PolicyAdminService::ListTokens(ServerContext* context, const sti::v1::ListTokensRequest* request,
                                            sti::v1::ListTokensResponse* response) {
  return gate_.Run(*context, Role::kViewer, [&](const Actor&) -> absl::Status {
    STI_ASSIGN_OR_RETURN(
        const TokenPage page,
        rooms_.tokens.List(request->provider_id(), request->page_size(), request->page_token()));
    for (const TokenRecord& token : page.tokens) *response->add_tokens() = ToProto(token);
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

}  // namespace sti::pa
