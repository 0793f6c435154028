// Customers in the database. `provider` is its name. All errors: kStorageFailed.
#ifndef SERVICES_AS_CUSTOMER_RECORDS_H_
#define SERVICES_AS_CUSTOMER_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/database.h"
#include "services/as/provisioned.h"

namespace sti::as {

absl::StatusOr<std::optional<Customer>> FindCustomer(store::Transaction& transaction,
                                                     absl::string_view provider, absl::string_view id);
absl::StatusOr<bool> HasCustomer(store::Transaction& transaction, absl::string_view provider,
                                 absl::string_view id);
// At most `limit`, by id, after `after`.
absl::StatusOr<std::vector<Customer>> ListCustomers(store::Transaction& transaction,
                                                    absl::string_view provider, absl::string_view after,
                                                    int64_t limit);
// Instead of what was there.
absl::Status WriteCustomer(store::Transaction& transaction, absl::string_view provider,
                           const Customer& customer);
absl::Status DeleteCustomer(store::Transaction& transaction, absl::string_view provider,
                            absl::string_view id);

struct ClientOwner {
  std::string provider, customer;
};
absl::StatusOr<std::optional<ClientOwner>> OwnerOfClient(store::Transaction& transaction,
                                                         absl::string_view identity);

}  // namespace sti::as

#endif  // SERVICES_AS_CUSTOMER_RECORDS_H_
