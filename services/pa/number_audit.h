// Assignments and withdrawals of numbers in the audit: one event for each code.
#ifndef SERVICES_PA_NUMBER_AUDIT_H_
#define SERVICES_PA_NUMBER_AUDIT_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/store/database.h"
#include "services/pa/number_ledger.h"

namespace sti::pa {

// "numbers.assign" and "numbers.withdraw" of "spc/CODE": how many ranges and numbers, the first 100 ranges,
// and the sequence of the list that shows it. An import can have 200,000 ranges. kStorageFailed.
absl::Status AuditAssignment(store::Transaction& transaction, const Actor& actor,
                             const std::vector<NumberBlock>& blocks, int64_t sequence, absl::Time now);
absl::Status AuditWithdrawal(store::Transaction& transaction, const Actor& actor,
                             const std::vector<NumberBlock>& blocks, int64_t sequence, absl::Time now);

}  // namespace sti::pa

#endif  // SERVICES_PA_NUMBER_AUDIT_H_
