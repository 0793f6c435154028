// What adding, replacing or taking away numbers means for the entries in the database: one sweep over both,
// in order, with memory for one page.
#ifndef SERVICES_AS_NUMBER_MERGE_H_
#define SERVICES_AS_NUMBER_MERGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/store/database.h"
#include "services/as/number_row.h"
#include "services/as/provisioned.h"
#include "services/as/provisioning_room.h"

namespace sti::as {

// kAdd: what a customer has already keeps its place, with the new end; an own number of somebody else's is a
// problem. kReplace: whatever is not asked for goes. kRemove: a number that the customer does not have is a
// problem.
enum class NumberAction { kAdd, kReplace, kRemove };

// Entries that went and came, as long as they are few enough to be told one by one.
struct NumberChanges {
  struct Step {
    bool added = false;
    CustomerNumbers numbers;
  };
  std::vector<Step> steps;  // in order; empty when `many`
  bool any = false, many = false;
  int64_t removed = 0;  // numbers that a customer had by the same right, and has no longer
};

// `rows`: sorted, without overlaps (number_row.h); rows that are in the database exactly so get `present`.
// `customers`: the names that rows mean by index. With RunMode::kReal the changes are written as far as there
// is no problem; with problems the caller must have the transaction rolled back. Problems: kNumbersOverlap,
// kNotFound. kStorageFailed.
absl::StatusOr<NumberChanges> MergeNumbers(store::Transaction& transaction, const std::string& provider,
                                           NumberAction action, RunMode run, absl::Span<NumberRow> rows,
                                           const std::vector<std::string>& customers,
                                           NumberProblems& problems);

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_MERGE_H_
