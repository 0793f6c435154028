// Rows of registered providers. All functions run inside of a transaction; kStorageFailed is common to all.
#ifndef SERVICES_PA_PROVIDER_RECORDS_H_
#define SERVICES_PA_PROVIDER_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::pa {

struct Provider {
  std::string id;    // short name chosen by the admin
  std::string name;  // legal name
  std::vector<std::string> spcs;
  std::vector<std::string> client_identities;
  absl::Time created;
};

// kAlreadyExists when the id, a code or an identity is taken.
absl::Status InsertProvider(store::Transaction& transaction, const Provider& provider);

absl::StatusOr<std::optional<Provider>> FindProvider(store::Transaction& transaction, absl::string_view id);
// At most `limit` providers whose id comes after `after`, sorted by id.
absl::StatusOr<std::vector<Provider>> ListProviders(store::Transaction& transaction, absl::string_view after,
                                                    int64_t limit);

// Id of the provider that has the code or the identity; empty when nobody has.
absl::StatusOr<std::string> OwnerOfSpc(store::Transaction& transaction, absl::string_view spc);
absl::StatusOr<std::string> OwnerOfIdentity(store::Transaction& transaction, absl::string_view identity);

}  // namespace sti::pa

#endif  // SERVICES_PA_PROVIDER_RECORDS_H_
