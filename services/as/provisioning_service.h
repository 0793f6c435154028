// Edge of sti-as: the Provisioning service of the public contract. One class, a file for each topic:
// provisioning_customer_service.cc (customers and trunks), provisioning_number_service.cc,
// provisioning_rule_service.cc (rules and profiles), provisioning_explain_service.cc.
#ifndef SERVICES_AS_PROVISIONING_SERVICE_H_
#define SERVICES_AS_PROVISIONING_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/admin/gate.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "proto/sti/v1/provisioning.grpc.pb.h"
#include "services/as/attestation_policy.h"
#include "services/as/customer_registry.h"
#include "services/as/number_registry.h"
#include "services/as/profile_registry.h"
#include "services/as/provisioned_view.h"
#include "services/as/provisioning_access.h"
#include "services/as/provisioning_room.h"
#include "services/as/rule_registry.h"
#include "services/as/trunk_registry.h"

namespace sti::as {

// What the service works with; all of it outlives the service.
struct ProvisioningParts {
  ProvisioningRoom room;
  const admin::Gate& gate;
  const ProvisionedSnapshot& snapshot;
  const AttestationPolicy& policy;
  std::string import_folder;  // for rows of an import that is under way
};

// Thread-safe.
class ProvisioningService final : public sti::v1::Provisioning::Service {
 public:
  explicit ProvisioningService(ProvisioningParts parts);

  grpc::Status PutCustomer(grpc::ServerContext* context, const sti::v1::PutCustomerRequest* request,
                           sti::v1::Customer* response) override;
  grpc::Status GetCustomer(grpc::ServerContext* context, const sti::v1::GetCustomerRequest* request,
                           sti::v1::Customer* response) override;
  grpc::Status ListCustomers(grpc::ServerContext* context, const sti::v1::ListCustomersRequest* request,
                             sti::v1::ListCustomersResponse* response) override;
  grpc::Status DeleteCustomer(grpc::ServerContext* context, const sti::v1::DeleteCustomerRequest* request,
                              sti::v1::DeleteCustomerResponse* response) override;
  grpc::Status PutTrunk(grpc::ServerContext* context, const sti::v1::PutTrunkRequest* request,
                        sti::v1::Trunk* response) override;
  grpc::Status ListTrunks(grpc::ServerContext* context, const sti::v1::ListTrunksRequest* request,
                          sti::v1::ListTrunksResponse* response) override;
  grpc::Status DeleteTrunk(grpc::ServerContext* context, const sti::v1::DeleteTrunkRequest* request,
                           sti::v1::DeleteTrunkResponse* response) override;

  grpc::Status AddNumbers(grpc::ServerContext* context, const sti::v1::AddNumbersRequest* request,
                          sti::v1::AddNumbersResponse* response) override;
  grpc::Status RemoveNumbers(grpc::ServerContext* context, const sti::v1::RemoveNumbersRequest* request,
                             sti::v1::RemoveNumbersResponse* response) override;
  grpc::Status ListNumbers(grpc::ServerContext* context, const sti::v1::ListCustomerNumbersRequest* request,
                           sti::v1::ListCustomerNumbersResponse* response) override;
  grpc::Status ImportNumbers(grpc::ServerContext* context,
                             grpc::ServerReader<sti::v1::ImportNumbersRequest>* reader,
                             sti::v1::ImportNumbersResponse* response) override;
  grpc::Status ExportNumbers(grpc::ServerContext* context, const sti::v1::ExportNumbersRequest* request,
                             grpc::ServerWriter<sti::v1::ExportNumbersResponse>* writer) override;

  grpc::Status PutNumberRule(grpc::ServerContext* context, const sti::v1::PutNumberRuleRequest* request,
                             sti::v1::NumberRule* response) override;
  grpc::Status ListNumberRules(grpc::ServerContext* context, const sti::v1::ListNumberRulesRequest* request,
                               sti::v1::ListNumberRulesResponse* response) override;
  grpc::Status DeleteNumberRule(grpc::ServerContext* context, const sti::v1::DeleteNumberRuleRequest* request,
                                sti::v1::DeleteNumberRuleResponse* response) override;
  grpc::Status PutRcdProfile(grpc::ServerContext* context, const sti::v1::PutRcdProfileRequest* request,
                             sti::v1::RcdProfile* response) override;
  grpc::Status ListRcdProfiles(grpc::ServerContext* context, const sti::v1::ListRcdProfilesRequest* request,
                               sti::v1::ListRcdProfilesResponse* response) override;
  grpc::Status DeleteRcdProfile(grpc::ServerContext* context, const sti::v1::DeleteRcdProfileRequest* request,
                                sti::v1::DeleteRcdProfileResponse* response) override;

  grpc::Status ExplainCalls(grpc::ServerContext* context, const sti::v1::ExplainCallsRequest* request,
                            sti::v1::ExplainCallsResponse* response) override;
  grpc::Status FindOrigid(grpc::ServerContext* context, const sti::v1::FindOrigidRequest* request,
                          sti::v1::FindOrigidResponse* response) override;

 private:
  using Work = std::function<absl::Status(const Actor& actor, size_t provider)>;
  // Runs `work` for whoever may look at the provider of that name, or change it.
  grpc::Status Look(const grpc::ServerContext& context, absl::string_view provider, const Work& work,
                    absl::string_view rpc = __builtin_FUNCTION()) const;
  grpc::Status Change(const grpc::ServerContext& context, absl::string_view provider, const Work& work,
                      absl::string_view rpc = __builtin_FUNCTION()) const;
  grpc::Status Run(const grpc::ServerContext& context, admin::Role role, absl::string_view provider,
                   const Work& work, absl::string_view rpc) const;
  absl::Status Import(const Actor& actor, size_t provider,
                      const sti::v1::ImportNumbersRequest::Header& header, const grpc::ServerContext& context,
                      grpc::ServerReader<sti::v1::ImportNumbersRequest>& reader,
                      sti::v1::ImportNumbersResponse& response);
  absl::StatusOr<Explanation> Explain(size_t provider, const sti::v1::CallToExplain& call) const;
  const std::string& NameOf(size_t provider) const { return parts_.room.provider(provider).name; }

  const ProvisioningParts parts_;
  const ProvisioningAccess access_;
  const CustomerRegistry customers_;
  const TrunkRegistry trunks_;
  const NumberRegistry numbers_;
  const RuleRegistry rules_;
  const ProfileRegistry profiles_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONING_SERVICE_H_
