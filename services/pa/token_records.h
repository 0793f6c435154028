// The log of issued SPC tokens. The tokens themselves are not kept. All functions run inside of a
// transaction; kStorageFailed is common to all.
#ifndef SERVICES_PA_TOKEN_RECORDS_H_
#define SERVICES_PA_TOKEN_RECORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::pa {

struct TokenRecord {
  std::string jti;
  std::string provider_id;
  std::vector<std::string> spcs;
  std::string fingerprint;
  bool ca = false;
  absl::Time issued, expires;
};
struct NumberedToken {
  int64_t seq = 0;  // order of issue
  TokenRecord token;
};

// kAlreadyExists for a jti that was used before.
absl::Status InsertToken(store::Transaction& transaction, const TokenRecord& token);

// Those of one provider that can still be used.
struct UnexpiredTokens {
  int64_t count = 0;
  absl::Time last_expiry = absl::InfinitePast();
};
absl::StatusOr<UnexpiredTokens> CountUnexpired(store::Transaction& transaction, absl::string_view provider_id,
                                               absl::Time now);
// Newest first, those before `before`; of one provider unless `provider_id` is empty.
absl::StatusOr<std::vector<NumberedToken>> ListTokens(store::Transaction& transaction,
                                                      absl::string_view provider_id, int64_t before,
                                                      int64_t limit);

}  // namespace sti::pa

#endif  // SERVICES_PA_TOKEN_RECORDS_H_
