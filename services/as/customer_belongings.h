// What a customer has: trunks, numbers and profiles, which go with it.
#ifndef SERVICES_AS_CUSTOMER_BELONGINGS_H_
#define SERVICES_AS_CUSTOMER_BELONGINGS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/store/database.h"
#include "services/as/customer_registry.h"

namespace sti::as {

// `provider` is its name. kStorageFailed.
absl::StatusOr<CustomerBelongings> CountBelongings(store::Transaction& transaction,
                                                   const std::string& provider, absl::string_view customer);
// Also tells replicas. kStorageFailed.
absl::Status DeleteBelongings(store::Transaction& transaction, const std::string& provider,
                              absl::string_view customer, absl::Time now);

}  // namespace sti::as

#endif  // SERVICES_AS_CUSTOMER_BELONGINGS_H_
