// What hangs on a provider: SPC tokens, numbers, accounts, questions to STI-CAs. All functions run inside of
// a transaction; kStorageFailed is common to all.
#ifndef SERVICES_PA_PROVIDER_BELONGINGS_H_
#define SERVICES_PA_PROVIDER_BELONGINGS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/store/database.h"
#include "services/pa/provider_records.h"
#include "services/pa/token_records.h"

namespace sti::pa {

struct ProviderBelongings {
  UnexpiredTokens tokens;
  int64_t number_ranges = 0;
  int64_t open_revocations = 0;  // questions that no STI-CA has confirmed yet
};

absl::StatusOr<ProviderBelongings> BelongingsOf(store::Transaction& transaction, const Provider& provider,
                                                absl::Time now);

// All numbers of all of its codes, in the audit and with a new sequence of the number list. It must have
// some.
absl::Status WithdrawNumbersOf(store::Transaction& transaction, const Actor& actor, const Provider& provider,
                               absl::Time now);

// Of a pending one that goes: its accounts at the HTTPS interface and its numbers, in the audit. It can have
// neither any more, but may from an earlier version. Whether there were numbers.
absl::StatusOr<bool> RemoveBelongings(store::Transaction& transaction, const Actor& actor,
                                      const Provider& provider, absl::Time now);

// Codes of `before` that `after` lacks have no numbers: a number must always have a provider behind its code.
// kStateConflict "spcs".
absl::Status CheckTakenAwayHaveNoNumbers(store::Transaction& transaction, const Provider& before,
                                         const Provider& after);

}  // namespace sti::pa

#endif  // SERVICES_PA_PROVIDER_BELONGINGS_H_
