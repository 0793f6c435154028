#include "services/as/number_change.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "services/as/customer_records.h"
#include "services/as/provisioning_journal.h"

namespace sti::as {
namespace {

constexpr size_t kShownRanges = 100;

// The first row of each customer that is not there.
absl::Status CheckCustomers(store::Transaction& transaction, const std::string& provider,
                            const NumberOrder& order, NumberProblems& problems) {
  std::vector<int64_t> first_place(order.names.size(), -1);
  for (const NumberRow& row : order.rows) {
    int64_t& place = first_place[row.customer];
    if (place < 0 || row.place < place) place = row.place;
  }
  for (size_t i = 0; i < first_place.size(); ++i) {
    if (first_place[i] < 0) continue;
    STI_ASSIGN_OR_RETURN(const bool known, HasCustomer(transaction, provider, order.names[i]));
    if (known) continue;
    problems.Add(static_cast<uint32_t>(first_place[i]),
                 MakeError(Reason::kNotFound, "customer", absl::StrCat("no customer ", order.names[i])));
  }
  return absl::OkStatus();
}

std::string RangeText(const NumberRow& row, const std::vector<std::string>& names) {
  std::string text = absl::StrCat(names[row.customer], " ", row.first);
  if (row.last != row.first) absl::StrAppend(&text, "-", row.last);
  if (row.letter) absl::StrAppend(&text, " letter");
  if (row.ends != 0) {
    absl::StrAppend(
        &text, " until ",
        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(row.ends), absl::UTCTimeZone()));
  }
  return text;
}

std::string AuditText(const NumberOrder& order, const NumberChanges& changes) {
  codec::JsonArray first;
  for (const NumberRow& row : order.rows.subspan(0, kShownRanges)) {
    first.emplace_back(RangeText(row, order.names));
  }
  codec::JsonObject text = {{"first_ranges", std::move(first)},
                            {"numbers", order.numbers},
                            {"ranges", static_cast<int64_t>(order.rows.size())}};
  if (order.action == NumberAction::kReplace) text.emplace_back("removed", changes.removed);
  return codec::CanonicalJson(std::move(text));
}

// Empty for rows of several.
std::string OnlyCustomer(const NumberOrder& order) {
  if (order.rows.empty()) return "";
  const uint32_t first = order.rows[0].customer;
  const bool only = std::all_of(order.rows.begin(), order.rows.end(),
                                [first](const NumberRow& row) { return row.customer == first; });
  return only ? order.names[first] : "";
}

}  // namespace

absl::Status JournalNumbers(store::Transaction& transaction, const std::string& provider,
                            const NumberChanges& changes, absl::Time now) {
  std::vector<JournalEntry> entries;
  if (changes.many) entries.push_back({provider, JournalKind::kNumbersReplaced, "", "", {}});
  entries.reserve(entries.size() + changes.steps.size());
  for (const NumberChanges::Step& step : changes.steps) {
    entries.push_back({provider, step.added ? JournalKind::kNumbersAdded : JournalKind::kNumbersRemoved, "",
                       "", step.numbers});
  }
  return AppendJournal(transaction, entries, now);
}

absl::StatusOr<NumberChanges> ChangeNumbers(store::Transaction& transaction, const Actor& actor,
                                            const SigningProviderOptions& provider, const NumberOrder& order,
                                            absl::Time now, NumberProblems& problems) {
  STI_RETURN_IF_ERROR(CheckCustomers(transaction, provider.name, order, problems));
  STI_ASSIGN_OR_RETURN(NumberChanges changes, MergeNumbers(transaction, provider.name, order.action,
                                                           order.run, order.rows, order.names, problems));
  if (order.run == RunMode::kDry || !problems.none() || !changes.any) return changes;
  STI_RETURN_IF_ERROR(JournalNumbers(transaction, provider.name, changes, now));
  std::string text = AuditText(order, changes);
  const bool removal = order.action == NumberAction::kRemove;
  STI_RETURN_IF_ERROR(AuditChange(transaction, actor, provider, order.audited, "numbers", OnlyCustomer(order),
                                  removal ? text : "", removal ? "" : text, now));
  return changes;
}

}  // namespace sti::as
