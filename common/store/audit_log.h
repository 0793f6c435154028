// The audit: what was changed or refused, by whom; append-only, each event hashed together with the one
// before, so that a removed or changed one is found.
#ifndef COMMON_STORE_AUDIT_LOG_H_
#define COMMON_STORE_AUDIT_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/store/database.h"

namespace sti::store {

struct AuditEvent {
  std::string action;             // "provider.suspend"
  std::string object;             // "provider/acme-tel", "certificate/0A1B"
  std::vector<std::string> spcs;  // the codes concerned, for queries
  std::string before, after;  // compact JSON objects of what matters; empty: did not exist, no longer exists
  std::string outcome = "done";  // or the name of a Reason
};

struct AuditRecord {
  int64_t seq = 0;  // 1, 2, 3... without gaps
  absl::Time time;  // whole milliseconds
  Actor actor;
  AuditEvent event;
  std::string hash;  // SHA-256, lower-case hexadecimal; of the hash before and everything above
};

// Hash of the event before the first one.
inline constexpr char kAuditSeed[] = "0000000000000000000000000000000000000000000000000000000000000000";

// The hash that `record` must have after one with the hash `previous`.
std::string AuditHash(absl::string_view previous, const AuditRecord& record);

// For the schema of a daemon that keeps an audit.
std::vector<std::string> AuditTables();

// For its schema, too: from then on the database itself refuses to change or delete what stands in the audit.
// That stops slips and programs; whoever may alter tables can lift it, and is found by the hashes.
Migration AuditGuards(int version);

// In the transaction that makes the change, as its last step, so that there is neither without the other.
// Only in Database::Write, whose writers are serialized. Text that is not UTF-8, or has NUL, is kept escaped,
// as in C. kTooLarge (an event past limits::kAuditEvent),
// kStorageFailed.
absl::Status AppendAudit(Transaction& transaction, const Actor& who, const AuditEvent& what, absl::Time now);

// Its number; 0 before the first.
absl::StatusOr<int64_t> LastAuditEvent(Transaction& transaction);

struct AuditFilter {
  std::string spc;                                                      // empty: all
  std::string object;                                                   // empty: all; else this object
  absl::Time from = absl::InfinitePast(), to = absl::InfiniteFuture();  // from <= time < to
};

// Oldest first, after `after`, at most `limit`.
absl::StatusOr<std::vector<AuditRecord>> ListAudit(Transaction& transaction, const AuditFilter& filter,
                                                   int64_t after, int64_t limit);

}  // namespace sti::store

#endif  // COMMON_STORE_AUDIT_LOG_H_
