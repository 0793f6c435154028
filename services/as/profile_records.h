// Rich call data profiles in the database. `provider` is its name. All errors: kStorageFailed.
#ifndef SERVICES_AS_PROFILE_RECORDS_H_
#define SERVICES_AS_PROFILE_RECORDS_H_

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

struct ProfileKey {
  std::string customer, name;
};

absl::StatusOr<std::optional<RcdProfile>> FindProfile(store::Transaction& transaction,
                                                      absl::string_view provider, absl::string_view customer,
                                                      absl::string_view name);
// At most `limit`, by customer and name, after `after`; of all customers when `customer` is empty.
absl::StatusOr<std::vector<RcdProfile>> ListProfiles(store::Transaction& transaction,
                                                     absl::string_view provider, absl::string_view customer,
                                                     const ProfileKey& after, int64_t limit);
// Instead of what was there.
absl::Status WriteProfile(store::Transaction& transaction, absl::string_view provider,
                          const RcdProfile& profile);
absl::Status DeleteProfile(store::Transaction& transaction, absl::string_view provider,
                           absl::string_view customer, absl::string_view name);

// As kept in the database and in the audit: compact JSON, only what is given.
std::string RcdText(const OutgoingRichCallData& rcd);

}  // namespace sti::as

#endif  // SERVICES_AS_PROFILE_RECORDS_H_
