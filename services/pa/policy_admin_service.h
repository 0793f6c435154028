// Edge of sti.v1.PolicyAdmin: admins, and CAs that report their revocations; translation, a log line for
// every change.
#ifndef SERVICES_PA_POLICY_ADMIN_SERVICE_H_
#define SERVICES_PA_POLICY_ADMIN_SERVICE_H_

#include "absl/status/status.h"
#include "common/admin/gate.h"
#include "common/base/actor.h"
#include "proto/sti/v1/policy_admin.grpc.pb.h"
#include "services/pa/api_user_registry.h"
#include "services/pa/authority_registry.h"
#include "services/pa/number_registry.h"
#include "services/pa/pending_changes.h"
#include "services/pa/provider_registry.h"
#include "services/pa/revocation_registry.h"
#include "services/pa/revocation_reporters.h"
#include "services/pa/token_issuer.h"

namespace sti::pa {

// Thread-safe.
class PolicyAdminService final : public sti::v1::PolicyAdmin::Service {
 public:
  // The rooms behind the service; they must outlive it.
  struct Rooms {
    const ProviderRegistry& providers;
    const AuthorityRegistry& authorities;
    const RevocationRegistry& revocations;
    const NumberRegistry& numbers;
    const TokenIssuer& tokens;
    const ApiUserRegistry& users;
    const PendingChanges& changes;
  };
  // `reporters` may call RecordRevocation and nothing else. `gate` must outlive this.
  PolicyAdminService(Rooms rooms, const admin::Gate& gate, RevocationReporters reporters);

  grpc::Status RegisterProvider(grpc::ServerContext* context, const sti::v1::RegisterProviderRequest* request,
                                sti::v1::Provider* response) override;
  grpc::Status UpdateProvider(grpc::ServerContext* context, const sti::v1::UpdateProviderRequest* request,
                              sti::v1::ProviderChange* response) override;
  grpc::Status SuspendProvider(grpc::ServerContext* context, const sti::v1::SuspendProviderRequest* request,
                               sti::v1::ProviderChange* response) override;
  grpc::Status ReinstateProvider(grpc::ServerContext* context,
                                 const sti::v1::ReinstateProviderRequest* request,
                                 sti::v1::ProviderChange* response) override;
  grpc::Status RevokeProvider(grpc::ServerContext* context, const sti::v1::RevokeProviderRequest* request,
                              sti::v1::ProviderChange* response) override;
  grpc::Status GetProvider(grpc::ServerContext* context, const sti::v1::GetProviderRequest* request,
                           sti::v1::Provider* response) override;
  grpc::Status ListProviders(grpc::ServerContext* context, const sti::v1::ListProvidersRequest* request,
                             sti::v1::ListProvidersResponse* response) override;
  grpc::Status ListPendingChanges(grpc::ServerContext* context,
                                  const sti::v1::ListPendingChangesRequest* request,
                                  sti::v1::ListPendingChangesResponse* response) override;
  grpc::Status ApproveChange(grpc::ServerContext* context, const sti::v1::ApproveChangeRequest* request,
                             sti::v1::PendingChange* response) override;
  grpc::Status RejectChange(grpc::ServerContext* context, const sti::v1::RejectChangeRequest* request,
                            sti::v1::PendingChange* response) override;
  grpc::Status CreateApiUser(grpc::ServerContext* context, const sti::v1::CreateApiUserRequest* request,
                             sti::v1::ApiUser* response) override;
  grpc::Status ListApiUsers(grpc::ServerContext* context, const sti::v1::ListApiUsersRequest* request,
                            sti::v1::ListApiUsersResponse* response) override;
  grpc::Status DeleteApiUser(grpc::ServerContext* context, const sti::v1::DeleteApiUserRequest* request,
                             sti::v1::ApiUser* response) override;
  grpc::Status ApproveAuthority(grpc::ServerContext* context, const sti::v1::ApproveAuthorityRequest* request,
                                sti::v1::Authority* response) override;
  grpc::Status WithdrawAuthority(grpc::ServerContext* context,
                                 const sti::v1::WithdrawAuthorityRequest* request,
                                 sti::v1::Authority* response) override;
  grpc::Status ListAuthorities(grpc::ServerContext* context, const sti::v1::ListAuthoritiesRequest* request,
                               sti::v1::ListAuthoritiesResponse* response) override;
  grpc::Status RecordRevocation(grpc::ServerContext* context, const sti::v1::RecordRevocationRequest* request,
                                sti::v1::Revocation* response) override;
  grpc::Status ListRevocations(grpc::ServerContext* context, const sti::v1::ListRevocationsRequest* request,
                               sti::v1::ListRevocationsResponse* response) override;
  grpc::Status AssignNumbers(grpc::ServerContext* context, const sti::v1::AssignNumbersRequest* request,
                             sti::v1::AssignNumbersResponse* response) override;
  grpc::Status WithdrawNumbers(grpc::ServerContext* context, const sti::v1::WithdrawNumbersRequest* request,
                               sti::v1::WithdrawNumbersResponse* response) override;
  grpc::Status ListNumbers(grpc::ServerContext* context, const sti::v1::ListNumbersRequest* request,
                           sti::v1::ListNumbersResponse* response) override;
  grpc::Status ListTokens(grpc::ServerContext* context, const sti::v1::ListTokensRequest* request,
                          sti::v1::ListTokensResponse* response) override;

 private:
  absl::Status Record(const Actor& actor, const sti::v1::RecordRevocationRequest& request,
                      sti::v1::Revocation& response) const;

  const Rooms rooms_;
  const admin::Gate& gate_;
  const RevocationReporters reporters_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_POLICY_ADMIN_SERVICE_H_
