// Rows of changes that wait for a second admin, and of what became of them. All functions run inside of a
// transaction; kStorageFailed is common to all.
#ifndef SERVICES_PA_PENDING_CHANGE_RECORDS_H_
#define SERVICES_PA_PENDING_CHANGE_RECORDS_H_

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

struct PendingChange {
  // As the database keeps them; the values are those of sti.v1.PendingChange.State.
  enum class State { kPending = 1, kApproved = 2, kRejected = 3, kExpired = 4 };

  int64_t seq = 0;                // order of asking
  std::string id;                 // UUID
  std::string action;             // "provider.revoke", as the audit names it
  std::string object;             // "provider/acme-tel"
  std::vector<std::string> spcs;  // the codes concerned, for the audit
  std::string summary;            // in plain words
  std::string request;            // the RPC's request, serialized
  std::string requested_by;       // client identity
  absl::Time requested, expires;  // whole seconds
  State state = State::kPending;
  std::string decided_by;  // as long as it is pending, this and what follows are empty
  absl::Time decided;
  std::string note;

  // Pending, and nobody has decided in time.
  bool IsOverdue(absl::Time now) const { return state == State::kPending && expires <= now; }
};

// `change.seq` is set here.
absl::Status InsertPendingChange(store::Transaction& transaction, PendingChange& change);
// Writes state, decided_by, decided and note.
absl::Status DecidePendingChange(store::Transaction& transaction, const PendingChange& change);
absl::StatusOr<std::optional<PendingChange>> FindPendingChange(store::Transaction& transaction,
                                                               absl::string_view id);
// Those with a seq below `before`, newest first, at most `limit`. Unless `include_decided`, only what is
// pending and expires after `now`.
absl::StatusOr<std::vector<PendingChange>> ListPendingChanges(store::Transaction& transaction, int64_t before,
                                                              int64_t limit, bool include_decided,
                                                              absl::Time now);
// Pending, of that kind and object, not yet expired.
absl::StatusOr<std::optional<PendingChange>> FindSameChange(store::Transaction& transaction,
                                                            absl::string_view action,
                                                            absl::string_view object, absl::Time now);
// Pending, but overdue; oldest first.
absl::StatusOr<std::vector<PendingChange>> ListOverdueChanges(store::Transaction& transaction,
                                                              absl::Time now);
absl::StatusOr<int64_t> CountPendingChanges(store::Transaction& transaction);

}  // namespace sti::pa

#endif  // SERVICES_PA_PENDING_CHANGE_RECORDS_H_
