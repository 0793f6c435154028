// Four eyes: what cannot be undone waits until somebody other than the one who asked agrees.
#ifndef SERVICES_PA_PENDING_CHANGES_H_
#define SERVICES_PA_PENDING_CHANGES_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/store/database.h"
#include "services/pa/pending_change_records.h"

namespace sti::pa {

// One kind of change: what deciding it does.
struct ChangeAction {
  // What is left to do once the transaction is committed, outside of any: publishing. May be empty.
  using Then = std::function<void()>;

  std::string name;  // "authority.approve"; PendingChange::action
  // Does what `change.request` asks for, as it is possible now, and appends its own event to the audit.
  // `change.note` is the approver's.
  std::function<absl::StatusOr<Then>(store::Transaction&, const Actor& approver, const PendingChange& change)>
      approve;
  // Rejected, or expired: takes back what asking has left behind. May be empty.
  std::function<absl::StatusOr<Then>(store::Transaction&, const Actor&, const PendingChange& change)> drop;
};

// What is asked for.
struct ChangeRequest {
  std::string action, object, summary;  // as in PendingChange
  std::vector<std::string> spcs;
  std::string request;
};

struct PendingChangePage {
  std::vector<PendingChange> changes;  // newest first; overdue ones show as expired
  std::string next_page_token;         // empty on the last page
};

struct FourEyesOptions {
  bool required = false;
  absl::Duration approval_lifetime = absl::Hours(72);
};

// Thread-safe; replicas that share the database decide every change once. Every request and decision is in
// the audit as "change.request", "change.approve", "change.reject" or "change.expire", in the transaction
// that makes it.
class PendingChanges {
 public:
  // The references must outlive this.
  PendingChanges(store::Database& database, const Clock& clock, const Random& random, FourEyesOptions options,
                 std::vector<ChangeAction> actions);

  // What Ask is for must be asked for, and not just be done.
  bool required() const { return options_.required; }

  // Files a request, in the transaction that prepares it; `summary` is short. kAlreadyExists when the same
  // waits already for the object; kStateConflict when limits::kPendingChanges wait; kStorageFailed.
  absl::StatusOr<PendingChange> AskIn(store::Transaction& transaction, const Actor& actor,
                                      const ChangeRequest& request) const;

  // The same in a transaction of its own, which ends with `prepare`. Errors of both.
  absl::StatusOr<PendingChange> Ask(
      const Actor& actor, const ChangeRequest& request,
      const std::function<absl::Status(store::Transaction&, const PendingChange&)>& prepare) const;

  // Does what was asked for and marks it approved, in one transaction. `note` may be empty. The caller has
  // the role approver. kMissingField, kInvalidField, kNotFound; kPermissionDenied to the one who asked;
  // kStateConflict when it is decided or has expired; errors of the action, and then it stays pending.
  absl::StatusOr<PendingChange> Approve(const Actor& actor, absl::string_view id,
                                        absl::string_view note) const;
  // `note` is mandatory. Without `may_reject_others` only the one who asked may: kPermissionDenied to
  // everybody else, also for what does not exist. Else as Approve.
  absl::StatusOr<PendingChange> Reject(const Actor& actor, bool may_reject_others, absl::string_view id,
                                       absl::string_view note) const;
  // Drops what nobody has decided in time, each change in a transaction of its own: one that cannot be
  // dropped keeps no other. The first error, naming its change. To be called again and again.
  absl::Status ExpireOverdue() const;

  absl::StatusOr<PendingChangePage> List(bool include_decided, int64_t page_size,
                                         absl::string_view page_token) const;

 private:
  absl::StatusOr<ChangeAction::Then> Drop(store::Transaction& transaction, const Actor& actor,
                                          PendingChange& change, absl::string_view event,
                                          absl::Time now) const;
  absl::Status Expire(absl::string_view id, absl::Time now) const;

  store::Database& database_;
  const Clock& clock_;
  const Random& random_;
  const FourEyesOptions options_;
  std::map<std::string, ChangeAction> actions_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_PENDING_CHANGES_H_
