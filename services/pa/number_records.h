// Rows behind the number authority list. All functions run inside of a transaction; kStorageFailed is common
// to all.
#ifndef SERVICES_PA_NUMBER_RECORDS_H_
#define SERVICES_PA_NUMBER_RECORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/database.h"
#include "services/pa/number_ledger.h"

namespace sti::pa {

// All blocks, sorted.
absl::StatusOr<std::vector<NumberBlock>> AllNumbers(store::Transaction& transaction);
// Those after (`digits`, `first`), of one SPC unless it is empty, `limit` at most.
absl::StatusOr<std::vector<NumberBlock>> ListNumbers(store::Transaction& transaction, absl::string_view spc,
                                                     int64_t digits, int64_t first, int64_t limit);
absl::Status WriteChanges(store::Transaction& transaction, const NumberLedger::Difference& changes);

// The sequence that goes with the state of the blocks; 0 as long as nothing was ever assigned.
absl::StatusOr<int64_t> NumberListSequence(store::Transaction& transaction);
absl::StatusOr<int64_t> NextNumberListSequence(store::Transaction& transaction);

}  // namespace sti::pa

#endif  // SERVICES_PA_NUMBER_RECORDS_H_
