// What the database holds, on its way into memory.
#ifndef SERVICES_AS_PROVISIONING_LOAD_H_
#define SERVICES_AS_PROVISIONING_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/store/database.h"
#include "services/as/provider_table.h"
#include "services/as/provisioned.h"
#include "services/as/provisioned_state.h"
#include "services/as/provisioning_journal.h"

namespace sti::as {

struct LoadedProvisioning {
  ProvisionedLoad everything;
  int64_t journal_end = 0;  // of the state that was read
};
// Of the providers of the configuration; what is kept of others is left alone. kStorageFailed.
absl::StatusOr<LoadedProvisioning> LoadProvisioning(store::Database& database,
                                                    const ProviderTable& providers);

// Changes that follow journal number `after`.
struct ProvisioningNews {
  bool gap = false;  // the journal does not reach back: everything is to be loaded
  int64_t journal_end = 0;
  std::vector<ProvisionedChange> changes;
  // Numbers that were replaced wholesale, as they are at journal_end or later.
  std::vector<std::pair<size_t, ProvisionedLoad>> numbers;
};
// At most `limit` of them. kStorageFailed.
absl::StatusOr<ProvisioningNews> ReadNews(store::Database& database, const ProviderTable& providers,
                                          int64_t after, int64_t limit);

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONING_LOAD_H_
