#include "services/as/provisioning_service.h"

#include <utility>

#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::as {

ProvisioningService::ProvisioningService(ProvisioningParts parts)
    : parts_(std::move(parts)),
      access_(parts_.gate.roles(), parts_.room.providers),
      customers_(parts_.room),
      trunks_(parts_.room),
      numbers_(parts_.room),
      rules_(parts_.room),
      profiles_(parts_.room) {}

grpc::Status ProvisioningService::Run(const grpc::ServerContext& context, admin::Role role,
                                      absl::string_view provider, const Work& work,
                                      absl::string_view rpc) const {
  // Whoever has nothing to do with a provider is refused at the gate, which keeps that in the audit; so is an
  // operator of another one.
  const auto allowed = [&](const Actor& actor) {
    return ReasonOf(access_.Provider(actor.client, role, provider).status()) != Reason::kPermissionDenied;
  };
  return parts_.gate.RunIf(
      context, allowed, admin::RoleName(role),
      [&](const Actor& actor) -> absl::Status {
        STI_ASSIGN_OR_RETURN(const size_t index, access_.Provider(actor.client, role, provider));
        return work(actor, index);
      },
      rpc);
}

grpc::Status ProvisioningService::Look(const grpc::ServerContext& context, absl::string_view provider,
                                       const Work& work, absl::string_view rpc) const {
  return Run(context, admin::Role::kViewer, provider, work, rpc);
}

grpc::Status ProvisioningService::Change(const grpc::ServerContext& context, absl::string_view provider,
                                         const Work& work, absl::string_view rpc) const {
  return Run(context, admin::Role::kOperator, provider, work, rpc);
}

}  // namespace sti::as
