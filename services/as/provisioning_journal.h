// The journal of the provisioning: which customer, number or rule has changed, in the order of the commits.
// Replicas follow it.
#ifndef SERVICES_AS_PROVISIONING_JOURNAL_H_
#define SERVICES_AS_PROVISIONING_JOURNAL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/store/database.h"
#include "services/as/provisioned.h"

namespace sti::as {

// Values are kept in the database.
enum class JournalKind : int64_t {
  kCustomer = 1,         // subject: its id
  kTrunk = 2,            // subject: its id
  kNumbersAdded = 3,     // numbers
  kNumbersRemoved = 4,   // numbers, exactly an entry that was added
  kRule = 5,             // subject: the kind as number; detail: "first-last"
  kProfile = 6,          // subject: the customer; detail: its name
  kNumbersReplaced = 7,  // too many to tell them one by one
};

struct JournalEntry {
  std::string provider;  // its name
  JournalKind kind = JournalKind::kCustomer;
  std::string subject, detail;
  CustomerNumbers numbers;
};

// In the transaction that makes the change. kStorageFailed.
absl::Status AppendJournal(store::Transaction& transaction, const std::vector<JournalEntry>& entries,
                           absl::Time now);

// The number of the last entry that was ever made. kStorageFailed.
absl::StatusOr<int64_t> JournalEnd(store::Transaction& transaction);

struct JournalPart {
  // Entries after the one asked for, or between them, are gone already: everything is to be loaded anew.
  bool gap = false;
  int64_t end = 0;  // the number of the last entry in here
  std::vector<JournalEntry> entries;
};
// At most `limit` entries after number `after`. kStorageFailed.
absl::StatusOr<JournalPart> ReadJournal(store::Transaction& transaction, int64_t after, int64_t limit);

// Drops what was made before `before`, up to the first entry that was not. kStorageFailed.
absl::Status CompactJournal(store::Database& database, absl::Time before);

// As the database keeps the end of a right: 0 for none.
int64_t SecondsOfEnd(absl::Time until);
absl::Time EndOfSeconds(int64_t seconds);

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONING_JOURNAL_H_
