// Four eyes for providers, between the RPC's request and the registry.
#ifndef SERVICES_PA_PROVIDER_CHANGE_REQUEST_H_
#define SERVICES_PA_PROVIDER_CHANGE_REQUEST_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/base/actor.h"
#include "proto/sti/v1/policy_admin.pb.h"
#include "services/pa/pending_changes.h"
#include "services/pa/provider_registry.h"

namespace sti::pa {

// The provider is there, pending. Errors of ProviderRegistry::Register and PendingChanges::AskIn.
absl::StatusOr<Provider> AskToRegister(const PendingChanges& changes, const ProviderRegistry& providers,
                                       const Actor& actor, const sti::v1::RegisterProviderRequest& request);
// For an update that widens its rights. The provider stays as it is until an approver agrees; should it have
// changed by then, the approver gets kStateConflict. Errors of ProviderRegistry::Update and
// PendingChanges::AskIn.
absl::StatusOr<sti::v1::ProviderChange> AskToUpdate(const PendingChanges& changes,
                                                    const ProviderRegistry& providers, const Actor& actor,
                                                    const sti::v1::UpdateProviderRequest& request);
// The provider stays as it is until an approver agrees. Errors of ProviderRegistry::Revoke and
// PendingChanges::AskIn.
absl::StatusOr<sti::v1::ProviderChange> AskToRevoke(const PendingChanges& changes,
                                                    const ProviderRegistry& providers, const Actor& actor,
                                                    const sti::v1::RevokeProviderRequest& request);

// "provider.register", "provider.update" and "provider.revoke". `providers` must outlive them.
std::vector<ChangeAction> ProviderActions(const ProviderRegistry& providers);

}  // namespace sti::pa

#endif  // SERVICES_PA_PROVIDER_CHANGE_REQUEST_H_
