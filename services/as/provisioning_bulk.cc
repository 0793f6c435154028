#include "services/as/provisioning_bulk.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace sti::as {
namespace {

// Statements of always the same text are prepared once. 200 rows of 9 columns stay far below the parameters
// that either engine takes.
constexpr size_t kRows = 200;

std::string Statement(absl::string_view into, size_t columns, size_t rows) {
  std::string sql = absl::StrCat("INSERT INTO ", into, " VALUES ");
  for (size_t row = 0; row < rows; ++row) {
    absl::StrAppend(&sql, row == 0 ? "(" : ", (", SqlParameters(row * columns + 1, columns), ")");
  }
  return sql;
}

}  // namespace

std::string SqlParameters(size_t from, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) absl::StrAppend(&text, i == 0 ? "?" : ", ?", from + i);
  return text;
}

BulkInsert::BulkInsert(store::Transaction& transaction, absl::string_view into, size_t columns)
    : transaction_(transaction),
      columns_(columns),
      one_row_(Statement(into, columns, 1)),
      many_rows_(Statement(into, columns, kRows)) {
  values_.reserve(kRows * columns);
}

absl::Status BulkInsert::Add(std::vector<store::SqlValue> row) {
  std::move(row.begin(), row.end(), std::back_inserter(values_));
  if (values_.size() < kRows * columns_) return absl::OkStatus();
  const absl::Status done = transaction_.Execute(many_rows_, values_);
  values_.clear();
  return done;
}

absl::Status BulkInsert::Flush() {
  auto next = values_.begin();
  while (next != values_.end()) {
    const auto end = next + static_cast<std::ptrdiff_t>(columns_);
    STI_RETURN_IF_ERROR(transaction_.Execute(
        one_row_, std::vector<store::SqlValue>(std::make_move_iterator(next), std::make_move_iterator(end))));
    next = end;
  }
  values_.clear();
  return absl::OkStatus();
}

}  // namespace sti::as
