// The customers of a provider: who is known, by which clients, and how well their calls are attested at best.
#ifndef SERVICES_AS_CUSTOMER_REGISTRY_H_
#define SERVICES_AS_CUSTOMER_REGISTRY_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/actor.h"
#include "services/as/provisioned.h"
#include "services/as/provisioning_room.h"

namespace sti::as {

struct CustomerPage {
  std::vector<Customer> customers;
  std::string next_page_token;  // empty on the last page
};

// What goes with a customer.
struct CustomerBelongings {
  int64_t numbers = 0, trunks = 0, profiles = 0;
};

// Thread-safe. `provider`: its index. Errors of all: kStorageFailed.
class CustomerRegistry {
 public:
  explicit CustomerRegistry(ProvisioningRoom room) : room_(std::move(room)) {}

  // Makes or changes it. kMissingField and kInvalidField (customer.id, .name, .clients[2]), kTooLarge;
  // kAlreadyExists (customer.clients[2]) for a client of the configuration or of another customer of any
  // provider.
  absl::StatusOr<Customer> Put(const Actor& actor, size_t provider, Customer customer) const;
  // kNotFound (id).
  absl::StatusOr<Customer> Get(size_t provider, absl::string_view id) const;
  absl::StatusOr<CustomerPage> List(size_t provider, int64_t page_size, absl::string_view page_token) const;
  // kNotFound (id); kStateConflict (with_belongings) when it has some and they are not to go with it.
  absl::StatusOr<CustomerBelongings> Delete(const Actor& actor, size_t provider, absl::string_view id,
                                            bool with_belongings, RunMode run) const;

 private:
  absl::Status CheckClients(store::Transaction& transaction, const SigningProviderOptions& owner,
                            const Customer& customer) const;

  const ProvisioningRoom room_;
};

// For the audit: compact JSON.
std::string CustomerText(const Customer& customer);

}  // namespace sti::as

#endif  // SERVICES_AS_CUSTOMER_REGISTRY_H_
