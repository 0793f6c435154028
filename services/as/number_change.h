// A change of customers' numbers inside of a transaction, with all that belongs to it: the customers are
// there, the entries change, replicas and the audit hear of it.
#ifndef SERVICES_AS_NUMBER_CHANGE_H_
#define SERVICES_AS_NUMBER_CHANGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/actor.h"
#include "common/store/database.h"
#include "services/as/number_merge.h"
#include "services/as/number_row.h"
#include "services/as/provider_table.h"
#include "services/as/provisioning_room.h"

namespace sti::as {

struct NumberOrder {
  NumberAction action = NumberAction::kAdd;
  RunMode run = RunMode::kReal;
  absl::string_view audited;              // "number.add"
  absl::Span<NumberRow> rows;             // sorted, without overlaps
  const std::vector<std::string>& names;  // of customers, by index
  int64_t numbers = 0;                    // in rows
};

// With problems, of MergeNumbers and customers that are gone (kNotFound, "customer"), nothing may be
// committed. kStorageFailed.
absl::StatusOr<NumberChanges> ChangeNumbers(store::Transaction& transaction, const Actor& actor,
                                            const SigningProviderOptions& provider, const NumberOrder& order,
                                            absl::Time now, NumberProblems& problems);

// The part of it that tells replicas: also for numbers that go with their customer. kStorageFailed.
absl::Status JournalNumbers(store::Transaction& transaction, const std::string& provider,
                            const NumberChanges& changes, absl::Time now);

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_CHANGE_H_
