// Rows of sessions at the HTTPS interface. Tokens and ids are kept as SHA-256 only: a copy of the database
// lets nobody in. All functions run inside of a transaction; kStorageFailed is common to all.
#ifndef SERVICES_PA_API_SESSION_RECORDS_H_
#define SERVICES_PA_API_SESSION_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::pa {

// One login, with the tokens that count now. Hashes in hexadecimal.
struct SessionRecord {
  std::string id_hash;
  std::string user_id;
  std::string access_hash;
  absl::Time access_expires;  // the first moment at which it does not count; as below
  std::string refresh_hash;
  absl::Time refresh_expires;
  absl::Time started;
};

// Deletes every session that is over by then, and the user's oldest beyond `most`, this one included.
absl::Status InsertSession(store::Transaction& transaction, const SessionRecord& session, int most,
                           absl::Time now);
absl::StatusOr<std::optional<SessionRecord>> FindSession(store::Transaction& transaction,
                                                         absl::string_view id_hash);
// New tokens for the session `session.id_hash`.
absl::Status ReplaceTokens(store::Transaction& transaction, const SessionRecord& session);
// Of a user, by then not over.
absl::StatusOr<int64_t> CountSessions(store::Transaction& transaction, absl::string_view user_id,
                                      absl::Time now);
absl::Status DeleteSession(store::Transaction& transaction, absl::string_view id_hash);

}  // namespace sti::pa

#endif  // SERVICES_PA_API_SESSION_RECORDS_H_
