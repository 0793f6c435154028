#include "services/as/customer_belongings.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/as/number_change.h"
#include "services/as/number_records.h"
#include "services/as/profile_records.h"
#include "services/as/provisioning_journal.h"
#include "services/as/trunk_records.h"

namespace sti::as {
namespace {

constexpr int64_t kAll = std::numeric_limits<int64_t>::max();
// More entries than this are told to replicas as one step.
constexpr int64_t kFewNumbers = 20'000;

absl::StatusOr<int64_t> CountIn(store::Transaction& transaction, absl::string_view table,
                                const std::string& provider, absl::string_view customer) {
  STI_ASSIGN_OR_RETURN(const std::vector<store::SqlRow> rows,
                       transaction.Query(absl::StrCat("SELECT COUNT(*) FROM ", table,
                                                      " WHERE provider = ?1 AND customer = ?2"),
                                         {provider, std::string(customer)}));
  return store::AsInt(rows[0][0]);
}

absl::Status DeleteNumbers(store::Transaction& transaction, const std::string& provider,
                           absl::string_view customer, absl::Time now) {
  NumberChanges changes;
  STI_ASSIGN_OR_RETURN(const NumberCount count, CountNumbers(transaction, provider, customer));
  if (count.entries == 0) return absl::OkStatus();
  changes.many = count.entries > kFewNumbers;
  if (!changes.many) {
    STI_ASSIGN_OR_RETURN(const std::vector<CustomerNumbers> entries,
                         ListNumbers(transaction, provider, customer, 0, {}, kAll));
    for (const CustomerNumbers& entry : entries) changes.steps.push_back({false, entry});
  }
  STI_RETURN_IF_ERROR(DeleteNumbersOf(transaction, provider, customer));
  return JournalNumbers(transaction, provider, changes, now);
}

}  // namespace

absl::StatusOr<CustomerBelongings> CountBelongings(store::Transaction& transaction,
                                                   const std::string& provider, absl::string_view customer) {
  CustomerBelongings belongings;
  STI_ASSIGN_OR_RETURN(const NumberCount numbers, CountNumbers(transaction, provider, customer));
  belongings.numbers = numbers.numbers;
  STI_ASSIGN_OR_RETURN(belongings.trunks, CountIn(transaction, "trunks", provider, customer));
  STI_ASSIGN_OR_RETURN(belongings.profiles, CountIn(transaction, "rcd_profiles", provider, customer));
  return belongings;
}

absl::Status DeleteBelongings(store::Transaction& transaction, const std::string& provider,
                              absl::string_view customer, absl::Time now) {
  STI_RETURN_IF_ERROR(DeleteNumbers(transaction, provider, customer, now));
  std::vector<JournalEntry> gone;
  STI_ASSIGN_OR_RETURN(const std::vector<Trunk> trunks,
                       ListTrunks(transaction, provider, customer, "", kAll));
  for (const Trunk& trunk : trunks) {
    STI_RETURN_IF_ERROR(DeleteTrunk(transaction, provider, trunk.id));
    gone.push_back({provider, JournalKind::kTrunk, trunk.id, "", {}});
  }
  STI_ASSIGN_OR_RETURN(const std::vector<RcdProfile> profiles,
                       ListProfiles(transaction, provider, customer, {}, kAll));
  for (const RcdProfile& profile : profiles) {
    STI_RETURN_IF_ERROR(DeleteProfile(transaction, provider, profile.customer, profile.name));
    gone.push_back({provider, JournalKind::kProfile, profile.customer, profile.name, {}});
  }
  return AppendJournal(transaction, gone, now);
}

}  // namespace sti::as
