// Accounts at the HTTPS interface: who may log in there, for which provider.
#ifndef SERVICES_PA_API_USER_REGISTRY_H_
#define SERVICES_PA_API_USER_REGISTRY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/base/secret.h"
#include "common/crypto/password_hash.h"
#include "common/store/database.h"
#include "services/pa/api_user_records.h"
#include "services/pa/run_mode.h"

namespace sti::pa {

struct NewApiUser {
  ApiUser user;
  Secret password;  // 192 random bits in base64url; kept nowhere
};

struct ApiUserRemoval {
  ApiUser user;
  std::vector<std::string> effects;  // in plain words, one each
};

struct ApiUserPage {
  std::vector<ApiUser> users;   // by name
  std::string next_page_token;  // empty on the last page
};

// Thread-safe. kStorageFailed is common to all.
class ApiUserRegistry {
 public:
  // Database, clock and random must outlive this.
  ApiUserRegistry(store::Database& database, const Clock& clock, const Random& random,
                  crypto::ScryptCost cost = {});

  // kMissingField, kInvalidField "user_id"; kNotFound "provider_id"; kStateConflict "provider_id" while
  // nobody has agreed to the provider, and when it is revoked; kAlreadyExists; kInternal.
  absl::StatusOr<NewApiUser> Create(const Actor& actor, const std::string& user_id,
                                    const std::string& provider_id) const;
  // Of one provider unless `provider_id` is empty.
  absl::StatusOr<ApiUserPage> List(absl::string_view provider_id, int64_t page_size,
                                   absl::string_view page_token) const;
  // Ends its sessions, too. kNotFound.
  absl::StatusOr<ApiUserRemoval> Delete(const Actor& actor, const std::string& user_id,
                                        RunMode run = RunMode::kReal) const;

 private:
  store::Database& database_;
  const Clock& clock_;
  const Random& random_;
  const crypto::ScryptCost cost_;
};

// 1 to 128 characters of a-z, 0-9, ".", "-", "_", "@".
bool IsUserId(absl::string_view text);

}  // namespace sti::pa

#endif  // SERVICES_PA_API_USER_REGISTRY_H_
