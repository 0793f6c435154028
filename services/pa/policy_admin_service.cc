#include "services/pa/policy_admin_service.h"

#include <utility>

#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "services/pa/to_proto.h"

namespace sti::pa {

using admin::Role;
using grpc::ServerContext;

PolicyAdminService::PolicyAdminService(Rooms rooms, const admin::Gate& gate, RevocationReporters reporters)
    : rooms_(rooms), gate_(gate), reporters_(std::move(reporters)) {}

grpc::Status PolicyAdminService::RegisterProvider(ServerContext* context,
                                                  const sti::v1::RegisterProviderRequest* request,
                                                  sti::v1::Provider* response) {
  return gate_.Run(*context, Role::kOperator, [&](const Actor& actor) -> absl::Status {
    if (!request->has_provider()) return MakeError(Reason::kMissingField, "provider", "nothing to register");
    STI_ASSIGN_OR_RETURN(const Provider provider, rooms_.providers.Register(FromProto(request->provider())));
    daemon::LogInfo("provider registered", {{"admin", actor.client},
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
