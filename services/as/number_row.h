// A range of numbers that somebody asks to add or to take away, compact: an import has ten million.
#ifndef SERVICES_AS_NUMBER_ROW_H_
#define SERVICES_AS_NUMBER_ROW_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "services/as/provisioned.h"

namespace sti::as {

// Trivially copyable, as it goes through a file.
struct NumberRow {
  NumberValue first = 0, last = 0;
  int64_t ends = 0;       // seconds since 1970 UTC; 0: never
  uint32_t customer = 0;  // index in the list of names
  uint32_t place = 0;     // where it was asked for: a line of the file, an index in the request
  bool letter = false;
  bool present = false;  // found to be in the database already, exactly so
};

struct NumberProblem {
  uint32_t place = 0;
  absl::Status status;  // field: "customer", "first", "last", "right", "until" or empty
};

// The first problems by place, and whether there were more.
struct NumberProblems {
  std::vector<NumberProblem> first;
  bool more = false;

  bool none() const { return first.empty(); }
  // Keeps limits::kImportProblems of them: those that come first in the file.
  void Add(uint32_t place, absl::Status status);
};

// Says a place to a person: "line 7".
using NamePlace = std::function<std::string(uint32_t place)>;

// By letter, customer of letters, and first number: the order that MergeNumbers takes.
void SortRows(absl::Span<NumberRow> rows);
// Of sorted rows: those that overlap although they are of one group (number_records.h). kNumbersOverlap.
void CheckRows(absl::Span<const NumberRow> rows, const NamePlace& name_place, NumberProblems& problems);

// How many numbers; as much as int64_t takes.
int64_t CountOf(NumberValue first, NumberValue last);
int64_t AddCounts(int64_t a, int64_t b);

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_ROW_H_
