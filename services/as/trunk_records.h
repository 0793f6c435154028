// Trunks in the database. `provider` is its name. All errors: kStorageFailed.
#ifndef SERVICES_AS_TRUNK_RECORDS_H_
#define SERVICES_AS_TRUNK_RECORDS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/database.h"
#include "services/as/provisioned.h"

namespace sti::as {

absl::StatusOr<std::optional<Trunk>> FindTrunk(store::Transaction& transaction, absl::string_view provider,
                                               absl::string_view id);
// At most `limit`, by id, after `after`; of all customers and gateways when `customer` is empty.
absl::StatusOr<std::vector<Trunk>> ListTrunks(store::Transaction& transaction, absl::string_view provider,
                                              absl::string_view customer, absl::string_view after,
                                              int64_t limit);
// Instead of what was there.
absl::Status WriteTrunk(store::Transaction& transaction, absl::string_view provider, const Trunk& trunk);
absl::Status DeleteTrunk(store::Transaction& transaction, absl::string_view provider, absl::string_view id);

}  // namespace sti::as

#endif  // SERVICES_AS_TRUNK_RECORDS_H_
