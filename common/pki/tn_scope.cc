// The scope of a TNAuthList: which numbers it covers, and which lists it encompasses.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "common/pki/tn_auth_list.h"

namespace sti::pki {
namespace {

// First number and the one after the last. At most 15 digits, so that no sum overflows.
struct Interval {
  uint64_t begin = 0;
  uint64_t end = 0;
};

// Numbers of different lengths are different, even when their values are equal: 0123 is not 123.
using NumbersByLength = std::map<size_t, std::vector<Interval>>;

bool ToValue(absl::string_view number, uint64_t& value) {
  return number.find_first_not_of("0123456789") == absl::string_view::npos &&
         absl::SimpleAtoi(number, &value);
}

struct Scope {
  std::set<std::string> spcs;
  std::set<std::string> dialled;  // with # or *, which stand in no order
  NumbersByLength numbers;
};

void AddNumbers(absl::string_view start, uint64_t count, Scope& scope) {
  uint64_t value = 0;
  if (ToValue(start, value)) {
    scope.numbers[start.size()].push_back({value, value + count});
  } else {
    scope.dialled.insert(std::string(start));
  }
}

Scope ScopeOf(const TnAuthList& list) {
  Scope scope;
  for (const TnEntry& entry : list.entries()) {
    if (const auto* spc = std::get_if<ServiceProviderCode>(&entry)) {
      scope.spcs.insert(spc->code);
    } else if (const auto* range = std::get_if<TelephoneNumberRange>(&entry)) {
      AddNumbers(range->start, range->count, scope);
    } else {
      AddNumbers(std::get<SingleTelephoneNumber>(entry).number, 1, scope);
    }
  }
  return scope;
}

void Merge(std::vector<Interval>& intervals) {
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  std::vector<Interval> merged;
  for (const Interval& next : intervals) {
    if (!merged.empty() && next.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, next.end);
    } else {
      merged.push_back(next);
    }
  }
  intervals = std::move(merged);
}

bool Contains(const std::vector<Interval>& merged, const Interval& wanted) {
  return std::any_of(merged.begin(), merged.end(), [&wanted](const Interval& one) {
    return one.begin <= wanted.begin && wanted.end <= one.end;
  });
}

bool ContainsNumbers(Scope& parent, const Scope& child) {
  if (!std::includes(parent.dialled.begin(), parent.dialled.end(), child.dialled.begin(),
                     child.dialled.end())) {
    return false;
  }
  for (auto& length : parent.numbers) Merge(length.second);
  for (const auto& [length, intervals] : child.numbers) {
    const std::vector<Interval>& owned = parent.numbers[length];
    for (const Interval& interval : intervals) {
      if (!Contains(owned, interval)) return false;
    }
  }
  return true;
}

}  // namespace

bool TnAuthList::Covers(absl::string_view number) const {
  uint64_t value = 0;
  const bool in_order = ToValue(number, value);
  return std::any_of(entries_.begin(), entries_.end(), [&](const TnEntry& entry) {
    if (const auto* one = std::get_if<SingleTelephoneNumber>(&entry)) return one->number == number;
    const auto* range = std::get_if<TelephoneNumberRange>(&entry);
    uint64_t start = 0;
    return range != nullptr && in_order && range->start.size() == number.size() &&
           absl::SimpleAtoi(range->start, &start) && start <= value && value - start < range->count;
  });
}

bool TnAuthList::Encompasses(const TnAuthList& child, SpcScope spc_scope) const {
  Scope mine = ScopeOf(*this);
  const Scope wanted = ScopeOf(child);
  if (!std::includes(mine.spcs.begin(), mine.spcs.end(), wanted.spcs.begin(), wanted.spcs.end()))
    return false;
  if (spc_scope == SpcScope::kNumbers && !mine.spcs.empty()) return true;
  return ContainsNumbers(mine, wanted);
}

}  // namespace sti::pki
