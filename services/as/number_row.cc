#include "services/as/number_row.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"

namespace sti::as {
namespace {

// Own numbers are one group, whoever's they are.
uint32_t GroupCustomer(const NumberRow& row) { return row.letter ? row.customer : 0; }

bool SameGroup(const NumberRow& a, const NumberRow& b) {
  return a.letter == b.letter && GroupCustomer(a) == GroupCustomer(b);
}

}  // namespace

void NumberProblems::Add(uint32_t place, absl::Status status) {
  const auto at =
      std::upper_bound(first.begin(), first.end(), place,
                       [](uint32_t wanted, const NumberProblem& problem) { return wanted < problem.place; });
  first.insert(at, {place, std::move(status)});
  if (first.size() <= limits::kImportProblems) return;
  first.pop_back();
  more = true;
}

void SortRows(absl::Span<NumberRow> rows) {
  std::sort(rows.begin(), rows.end(), [](const NumberRow& a, const NumberRow& b) {
    return std::make_tuple(a.letter, GroupCustomer(a), a.first, a.place) <
           std::make_tuple(b.letter, GroupCustomer(b), b.first, b.place);
  });
}

void CheckRows(absl::Span<const NumberRow> rows, const NamePlace& name_place, NumberProblems& problems) {
  const NumberRow* reaches_furthest = nullptr;  // of the rows of this group so far
  for (const NumberRow& row : rows) {
    if (reaches_furthest == nullptr || !SameGroup(*reaches_furthest, row)) {
      reaches_furthest = &row;
      continue;
    }
    if (row.first <= reaches_furthest->last) {
      const auto [earlier, later] = std::minmax(row.place, reaches_furthest->place);
      problems.Add(later, MakeError(Reason::kNumbersOverlap, "first",
                                    absl::StrCat(row.first, " is in ", name_place(earlier), ", too")));
    }
    if (row.last > reaches_furthest->last) reaches_furthest = &row;
  }
}

int64_t CountOf(NumberValue first, NumberValue last) { return static_cast<int64_t>(last - first) + 1; }

int64_t AddCounts(int64_t a, int64_t b) {
  return a > std::numeric_limits<int64_t>::max() - b ? std::numeric_limits<int64_t>::max() : a + b;
}

}  // namespace sti::as
