// Customers and trunks, at the edge.
#include <utility>

#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "services/as/provisioning_proto.h"
#include "services/as/provisioning_service.h"

namespace sti::as {

using grpc::ServerContext;

grpc::Status ProvisioningService::PutCustomer(ServerContext* context,
                                              const sti::v1::PutCustomerRequest* request,
                                              sti::v1::Customer* response) {
  return Change(*context, request->provider(), [&](const Actor& actor, size_t provider) -> absl::Status {
    if (!request->has_customer()) return MakeError(Reason::kMissingField, "customer", "nothing to put");
    STI_ASSIGN_OR_RETURN(Customer asked, FromProto(request->customer()));
    STI_ASSIGN_OR_RETURN(const Customer customer, customers_.Put(actor, provider, std::move(asked)));
    daemon::LogInfo("customer put", {{"admin", actor.client},
                                     {"request_id", actor.request_id},
                                     {"provider", NameOf(provider)},
                                     {"customer", customer.id}});
    *response = ToProto(customer);
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::GetCustomer(ServerContext* context,
                                              const sti::v1::GetCustomerRequest* request,
                                              sti::v1::Customer* response) {
  return Look(*context, request->provider(), [&](const Actor&, size_t provider) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const Customer customer, customers_.Get(provider, request->id()));
    *response = ToProto(customer);
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::ListCustomers(ServerContext* context,
                                                const sti::v1::ListCustomersRequest* request,
                                                sti::v1::ListCustomersResponse* response) {
  return Look(*context, request->provider(), [&](const Actor&, size_t provider) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const CustomerPage page,
                         customers_.List(provider, request->page_size(), request->page_token()));
    for (const Customer& customer : page.customers) *response->add_customers() = ToProto(customer);
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::DeleteCustomer(ServerContext* context,
                                                 const sti::v1::DeleteCustomerRequest* request,
                                                 sti::v1::DeleteCustomerResponse* response) {
  return Change(*context, request->provider(), [&](const Actor& actor, size_t provider) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const CustomerBelongings gone,
                         customers_.Delete(actor, provider, request->id(), request->with_belongings(),
                                           HowToRun(request->dry_run())));
    if (!request->dry_run()) {
      daemon::LogInfo("customer deleted", {{"admin", actor.client},
                                           {"request_id", actor.request_id},
                                           {"provider", NameOf(provider)},
                                           {"customer", request->id()},
                                           {"numbers", gone.numbers}});
    }
    response->set_numbers(gone.numbers);
    response->set_trunks(gone.trunks);
    response->set_profiles(gone.profiles);
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::PutTrunk(ServerContext* context, const sti::v1::PutTrunkRequest* request,
                                           sti::v1::Trunk* response) {
  return Change(*context, request->provider(), [&](const Actor& actor, size_t provider) -> absl::Status {
    if (!request->has_trunk()) return MakeError(Reason::kMissingField, "trunk", "nothing to put");
    STI_ASSIGN_OR_RETURN(const Trunk trunk, trunks_.Put(actor, provider, FromProto(request->trunk())));
    daemon::LogInfo("trunk put", {{"admin", actor.client},
                                  {"request_id", actor.request_id},
                                  {"provider", NameOf(provider)},
                                  {"trunk", trunk.id}});
    *response = ToProto(trunk);
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::ListTrunks(ServerContext* context,
                                             const sti::v1::ListTrunksRequest* request,
                                             sti::v1::ListTrunksResponse* response) {
  return Look(*context, request->provider(), [&](const Actor&, size_t provider) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const TrunkPage page, trunks_.List(provider, request->customer(),
                                                            request->page_size(), request->page_token()));
    for (const Trunk& trunk : page.trunks) *response->add_trunks() = ToProto(trunk);
    response->set_next_page_token(page.next_page_token);
    return absl::OkStatus();
  });
}

grpc::Status ProvisioningService::DeleteTrunk(ServerContext* context,
                                              const sti::v1::DeleteTrunkRequest* request,
                                              sti::v1::DeleteTrunkResponse* /*response*/) {
  return Change(*context, request->provider(), [&](const Actor& actor, size_t provider) -> absl::Status {
    STI_RETURN_IF_ERROR(trunks_.Delete(actor, provider, request->id()));
    daemon::LogInfo("trunk deleted", {{"admin", actor.client},
                                      {"request_id", actor.request_id},
                                      {"provider", NameOf(provider)},
                                      {"trunk", request->id()}});
    return absl::OkStatus();
  });
}

}  // namespace sti::as
