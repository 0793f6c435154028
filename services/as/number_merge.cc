#include "services/as/number_merge.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/as/number_records.h"
#include "services/as/provisioning_journal.h"

namespace sti::as {
namespace {

// More than this many steps are told to replicas as one: "load the numbers anew".
constexpr size_t kManySteps = 50'000;
constexpr int64_t kFewEntries = 8, kManyEntries = 4000;  // of one query

// The entries of a group in order. A sparse request jumps over those that it does not concern.
class Cursor {
 public:
  Cursor(store::Transaction& transaction, NumberGroup group)
      : transaction_(transaction), group_(std::move(group)) {}

  // The entry that the cursor stands before; when it has to look for one, the first that ends at `number` or
  // later. Null at the end.
  absl::StatusOr<const CustomerNumbers*> Peek(NumberValue number) {
    if (at_ == entries_.size() && !ended_) {
      STI_ASSIGN_OR_RETURN(entries_, NumbersFrom(transaction_, group_, number, next_, limit_));
      at_ = 0;
      ended_ = entries_.size() < static_cast<size_t>(limit_);
      // Entries are wanted one after the other as long as none was jumped over.
      limit_ = std::min(2 * limit_, kManyEntries);
    }
    return at_ < entries_.size() ? &entries_[at_] : nullptr;
  }
  void Pop() {
    next_ = entries_[at_].first + 1;
    ++at_;
  }
  // From here on: forgets what ends before `number`.
  void JumpTo(NumberValue number) {
    if (at_ == entries_.size() || entries_.back().last >= number) return;
    next_ = entries_.back().first + 1;
    at_ = entries_.size();
    limit_ = kFewEntries;
  }

 private:
  store::Transaction& transaction_;
  const NumberGroup group_;
  std::vector<CustomerNumbers> entries_;
  size_t at_ = 0;
  NumberValue next_ = 0;  // entries that begin before have been seen
  int64_t limit_ = kFewEntries;
  bool ended_ = false;
};

// What becomes of the entry that the cursor stands before.
struct Fate {
  bool kept = false;     // a row asks for exactly this
  bool touched = false;  // a row takes or overrides a part of it
  NumberValue rest_from = 0;
};

class Merge {
 public:
  Merge(store::Transaction& transaction, const std::string& provider, NumberAction action, RunMode run,
        const std::vector<std::string>& customers, NumberProblems& problems)
      : transaction_(transaction),
        provider_(provider),
        action_(action),
        run_(run),
        customers_(customers),
        problems_(problems),
        writer_(transaction, provider) {}

  absl::StatusOr<NumberChanges> Run(absl::Span<NumberRow> rows) {
    std::set<std::string> untouched;  // customers with letters that nothing is asked about
    if (action_ == NumberAction::kReplace) {
      STI_ASSIGN_OR_RETURN(const auto names, CustomersWithLetters(transaction_, provider_));
      untouched.insert(names.begin(), names.end());
    }
    const auto end_of = [&rows](size_t from, const auto& belongs) {
      size_t end = from;
      while (end < rows.size() && belongs(rows[end])) ++end;
      return end;
    };
    size_t at = end_of(0, [](const NumberRow& row) { return !row.letter; });
    STI_RETURN_IF_ERROR(Group({provider_, false, ""}, rows.subspan(0, at)));
    while (at < rows.size()) {
      const uint32_t index = rows[at].customer;
      const size_t end = end_of(at, [index](const NumberRow& row) { return row.customer == index; });
      untouched.erase(customers_[index]);
      STI_RETURN_IF_ERROR(Group({provider_, true, customers_[index]}, rows.subspan(at, end - at)));
      at = end;
    }
    for (const std::string& customer : untouched) STI_RETURN_IF_ERROR(Group({provider_, true, customer}, {}));
    if (action_ != NumberAction::kRemove) STI_RETURN_IF_ERROR(InsertNew(rows));
    if (run_ == RunMode::kReal) STI_RETURN_IF_ERROR(writer_.Flush());
    return std::move(changes_);
  }

 private:
  absl::Status Group(NumberGroup group, absl::Span<NumberRow> rows) {
    if (rows.empty() && action_ != NumberAction::kReplace) return absl::OkStatus();
    Cursor cursor(transaction_, std::move(group));
    fate_ = Fate();
    for (NumberRow& row : rows) STI_RETURN_IF_ERROR(Row(cursor, row));
    // The last entry that a row has touched, or all that no row asks for.
    while (action_ == NumberAction::kReplace || fate_.touched) {
      STI_ASSIGN_OR_RETURN(const CustomerNumbers* const entry, cursor.Peek(0));
      if (entry == nullptr) break;
      STI_RETURN_IF_ERROR(Finish(*entry));
      cursor.Pop();
    }
    return absl::OkStatus();
  }

  absl::Status Row(Cursor& cursor, NumberRow& row) {
    row.present = false;
    const bool every_entry = action_ == NumberAction::kReplace;
    NumberValue covered_to = row.first;  // kRemove: all before is the customer's
    for (;;) {
      if (!every_entry && !fate_.touched) cursor.JumpTo(row.first);
      STI_ASSIGN_OR_RETURN(const CustomerNumbers* const entry, cursor.Peek(every_entry ? 0 : row.first));
      if (entry == nullptr || entry->first > row.last) break;
      if (entry->last >= row.first) {
        Overlap(*entry, row, covered_to);
        if (entry->last > row.last) break;  // the next row may concern it, too
      }
      STI_RETURN_IF_ERROR(Finish(*entry));
      cursor.Pop();
    }
    if (action_ == NumberAction::kRemove && covered_to <= row.last) {
      problems_.Add(row.place, MakeError(Reason::kNotFound, "first",
                                         absl::StrCat(covered_to,
                                                      row.letter ? " is not given by a letter to customer "
                                                                 : " is not an own number of customer ",
                                                      customers_[row.customer])));
    }
    return absl::OkStatus();
  }

  void Overlap(const CustomerNumbers& entry, NumberRow& row, NumberValue& covered_to) {
    const bool same_customer = entry.customer == customers_[row.customer];
    const NumberValue first = std::max(entry.first, row.first), last = std::min(entry.last, row.last);
    if (action_ == NumberAction::kReplace) {
      if (same_customer) changes_.removed -= CountOf(first, last);
      if (same_customer && entry.first == row.first && entry.last == row.last &&
          SecondsOfEnd(entry.until) == row.ends) {
        row.present = fate_.kept = true;
      }
      return;
    }
    if (!same_customer) {
      if (action_ == NumberAction::kAdd) {
        problems_.Add(row.place,
                      MakeError(Reason::kNumbersOverlap, "first",
                                absl::StrCat(first, " is an own number of customer ", entry.customer)));
      }
      return;
    }
    if (action_ == NumberAction::kAdd && entry.first == row.first && entry.last == row.last &&
        SecondsOfEnd(entry.until) == row.ends) {
      row.present = true;
      return;
    }
    if (action_ == NumberAction::kRemove) {
      changes_.removed = AddCounts(changes_.removed, CountOf(first, last));
      if (first == covered_to) covered_to = last + 1;
    }
    Cut(entry, first, last);
  }

  // A part of the entry goes; what stands before it stays.
  void Cut(const CustomerNumbers& entry, NumberValue first, NumberValue last) {
    if (!fate_.touched) fate_.rest_from = entry.first;
    fate_.touched = true;
    if (first > fate_.rest_from) rests_.push_back(Part(entry, fate_.rest_from, first - 1));
    fate_.rest_from = last + 1;
  }

  absl::Status Finish(const CustomerNumbers& entry) {
    const Fate fate = std::exchange(fate_, Fate());
    if (action_ == NumberAction::kReplace) {
      changes_.removed = AddCounts(changes_.removed, CountOf(entry.first, entry.last));
      return fate.kept ? absl::OkStatus() : Step(false, entry);
    }
    if (!fate.touched) return absl::OkStatus();
    if (fate.rest_from <= entry.last) rests_.push_back(Part(entry, fate.rest_from, entry.last));
    STI_RETURN_IF_ERROR(Step(false, entry));
    for (const CustomerNumbers& rest : rests_) STI_RETURN_IF_ERROR(Step(true, rest));
    rests_.clear();
    return absl::OkStatus();
  }

  absl::Status InsertNew(absl::Span<const NumberRow> rows) {
    for (const NumberRow& row : rows) {
      if (row.present) continue;
      STI_RETURN_IF_ERROR(
          Step(true, {customers_[row.customer], row.first, row.last, row.letter, EndOfSeconds(row.ends)}));
    }
    return absl::OkStatus();
  }

  static CustomerNumbers Part(const CustomerNumbers& entry, NumberValue first, NumberValue last) {
    return {entry.customer, first, last, entry.letter, entry.until};
  }

  absl::Status Step(bool added, const CustomerNumbers& numbers) {
    changes_.any = true;
    changes_.many = changes_.many || changes_.steps.size() == kManySteps;
    if (changes_.many) {
      changes_.steps.clear();
    } else {
      changes_.steps.push_back({added, numbers});
    }
    // What has a problem is not going to be written.
    if (run_ == RunMode::kDry || !problems_.none()) return absl::OkStatus();
    return added ? writer_.Insert(numbers) : writer_.Delete(numbers);
  }

  store::Transaction& transaction_;
  const std::string& provider_;
  const NumberAction action_;
  const RunMode run_;
  const std::vector<std::string>& customers_;
  NumberProblems& problems_;
  NumberWriter writer_;
  NumberChanges changes_;
  Fate fate_;
  std::vector<CustomerNumbers> rests_;  // of the entry that fate_ is about
};

}  // namespace

absl::StatusOr<NumberChanges> MergeNumbers(store::Transaction& transaction, const std::string& provider,
                                           NumberAction action, RunMode run, absl::Span<NumberRow> rows,
                                           const std::vector<std::string>& customers,
                                           NumberProblems& problems) {
  return Merge(transaction, provider, action, run, customers, problems).Run(rows);
}

}  // namespace sti::as
