#include "services/pa/provider_belongings.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/pa/api_user_records.h"
#include "services/pa/api_user_removal.h"
#include "services/pa/number_audit.h"
#include "services/pa/number_records.h"
#include "services/pa/spc_revocation_records.h"

namespace sti::pa {
namespace {

using store::Transaction;

absl::StatusOr<std::vector<NumberBlock>> NumbersOf(Transaction& transaction, const std::string& spc) {
  return ListNumbers(transaction, spc, 0, 0, std::numeric_limits<int64_t>::max());
}

}  // namespace

absl::StatusOr<ProviderBelongings> BelongingsOf(Transaction& transaction, const Provider& provider,
                                                absl::Time now) {
  ProviderBelongings belongings;
  STI_ASSIGN_OR_RETURN(belongings.tokens, CountUnexpired(transaction, provider.id, now));
  STI_ASSIGN_OR_RETURN(belongings.open_revocations, CountOpenOfProvider(transaction, provider.id));
  for (const std::string& spc : provider.spcs) {
    STI_ASSIGN_OR_RETURN(const std::vector<NumberBlock> blocks, NumbersOf(transaction, spc));
    belongings.number_ranges += static_cast<int64_t>(blocks.size());
  }
  return belongings;
}

absl::Status WithdrawNumbersOf(Transaction& transaction, const Actor& actor, const Provider& provider,
                               absl::Time now) {
  NumberLedger::Difference changes;
  for (const std::string& spc : provider.spcs) {
    STI_ASSIGN_OR_RETURN(const std::vector<NumberBlock> blocks, NumbersOf(transaction, spc));
    changes.removed.insert(changes.removed.end(), blocks.begin(), blocks.end());
  }
  STI_RETURN_IF_ERROR(WriteChanges(transaction, changes));
  STI_ASSIGN_OR_RETURN(const int64_t sequence, NextNumberListSequence(transaction));
  return AuditWithdrawal(transaction, actor, changes.removed, sequence, now);
}

absl::StatusOr<bool> RemoveBelongings(Transaction& transaction, const Actor& actor, const Provider& provider,
                                      absl::Time now) {
  STI_ASSIGN_OR_RETURN(const ProviderBelongings belongings, BelongingsOf(transaction, provider, now));
  const bool numbers = belongings.number_ranges > 0;
  if (numbers) STI_RETURN_IF_ERROR(WithdrawNumbersOf(transaction, actor, provider, now));
  STI_ASSIGN_OR_RETURN(const std::vector<ApiUser> users,
                       ListApiUsers(transaction, provider.id, "", std::numeric_limits<int64_t>::max()));
  for (const ApiUser& user : users)
    STI_RETURN_IF_ERROR(RemoveApiUser(transaction, actor, user, provider.spcs, now));
  return numbers;
}

absl::Status CheckTakenAwayHaveNoNumbers(Transaction& transaction, const Provider& before,
                                         const Provider& after) {
  for (const std::string& spc : before.spcs) {
    if (std::find(after.spcs.begin(), after.spcs.end(), spc) != after.spcs.end()) continue;
    STI_ASSIGN_OR_RETURN(const std::vector<NumberBlock> blocks, ListNumbers(transaction, spc, 0, 0, 1));
    if (!blocks.empty()) {
      return MakeError(Reason::kStateConflict, "spcs",
                       absl::StrCat("SPC ", spc, " has numbers: withdraw those before it is taken away"));
    }
  }
  return absl::OkStatus();
}

}  // namespace sti::pa
