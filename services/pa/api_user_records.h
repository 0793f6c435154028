// Rows of accounts at the HTTPS interface. All functions run inside of a transaction; kStorageFailed is
// common to all.
#ifndef SERVICES_PA_API_USER_RECORDS_H_
#define SERVICES_PA_API_USER_RECORDS_H_

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

struct ApiUser {
  std::string user_id;
  std::string provider_id;
  absl::Time created;
};

// kAlreadyExists when the name is taken. `password_hash` as crypto::HashPassword makes it.
absl::Status InsertApiUser(store::Transaction& transaction, const ApiUser& user,
                           absl::string_view password_hash);
absl::StatusOr<std::optional<ApiUser>> FindApiUser(store::Transaction& transaction,
                                                   absl::string_view user_id);
// Empty when there is no such user.
absl::StatusOr<std::string> PasswordHashOf(store::Transaction& transaction, absl::string_view user_id);
// At most `limit` whose name comes after `after`, sorted by name; of one provider unless `provider_id` is
// empty.
absl::StatusOr<std::vector<ApiUser>> ListApiUsers(store::Transaction& transaction,
                                                  absl::string_view provider_id, absl::string_view after,
                                                  int64_t limit);
// With its sessions.
absl::Status DeleteApiUser(store::Transaction& transaction, absl::string_view user_id);

}  // namespace sti::pa

#endif  // SERVICES_PA_API_USER_RECORDS_H_
