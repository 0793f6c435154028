#include "services/pa/number_records.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::pa {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;
using store::SqlValue;
using store::Transaction;

std::vector<NumberBlock> FromRows(const std::vector<SqlRow>& rows) {
  std::vector<NumberBlock> blocks;
  blocks.reserve(rows.size());
  for (const SqlRow& row : rows)
    blocks.push_back({AsText(row[0]), AsInt(row[1]), AsInt(row[2]), AsInt(row[3])});
  return blocks;
}

// One statement for many rows: each costs a round trip to PostgreSQL, while other writers wait. SQLite takes
// 32766 parameters a statement, PostgreSQL 65535; longer statements than this are no faster.
constexpr size_t kBunch = 500;

// Runs `head`, a list of "(?1, ?2), (?3, ?4)", `tail` for all blocks; `values` gives what stands in one pair
// of parentheses.
absl::Status InBunches(Transaction& transaction, const std::vector<NumberBlock>& blocks,
                       absl::string_view head, absl::string_view tail,
                       std::vector<SqlValue> (*values)(const NumberBlock&)) {
  for (size_t begin = 0; begin < blocks.size(); begin += kBunch) {
    std::string sql(head);
    std::vector<SqlValue> parameters;
    const size_t end = std::min(blocks.size(), begin + kBunch);
    for (size_t i = begin; i < end; ++i) {
      absl::StrAppend(&sql, i == begin ? "" : ", ");
      absl::string_view before = "(";
      for (SqlValue& value : values(blocks[i])) {
        parameters.push_back(std::move(value));
        absl::StrAppend(&sql, before, "?", parameters.size());
        before = ", ";
      }
      absl::StrAppend(&sql, ")");
    }
    absl::StrAppend(&sql, tail);
    STI_RETURN_IF_ERROR(transaction.Execute(sql, parameters));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<NumberBlock>> AllNumbers(Transaction& transaction) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT spc, digits, first_number, last_number FROM numbers"
                                         " ORDER BY digits, first_number",
                                         {}));
  return FromRows(rows);
}

absl::StatusOr<std::vector<NumberBlock>> ListNumbers(Transaction& transaction, absl::string_view spc,
                                                     int64_t digits, int64_t first, int64_t limit) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT spc, digits, first_number, last_number FROM numbers"
                                         " WHERE (digits > ?1 OR (digits = ?1 AND first_number > ?2))"
                                         " AND (?3 = '' OR spc = ?3) ORDER BY digits, first_number LIMIT ?4",
                                         {digits, first, std::string(spc), limit}));
  return FromRows(rows);
}

absl::Status WriteChanges(Transaction& transaction, const NumberLedger::Difference& changes) {
  STI_RETURN_IF_ERROR(InBunches(transaction, changes.removed,
                                "DELETE FROM numbers WHERE (digits, first_number) IN (VALUES ", ")",
                                [](const NumberBlock& block) {
                                  return std::vector<SqlValue>{block.digits, block.first};
                                }));
  return InBunches(transaction, changes.added,
                   "INSERT INTO numbers (spc, digits, first_number, last_number) VALUES ", "",
                   [](const NumberBlock& block) {
                     return std::vector<SqlValue>{block.spc, block.digits, block.first, block.last};
                   });
}

absl::StatusOr<int64_t> NumberListSequence(Transaction& transaction) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT value FROM counters WHERE name = 'number_list_sequence'", {}));
  if (rows.empty())
    return MakeError(Reason::kStorageFailed, "number_list_sequence", "missing from the database");
  return AsInt(rows[0][0]);
}

absl::StatusOr<int64_t> NextNumberListSequence(Transaction& transaction) {
  STI_RETURN_IF_ERROR(
      transaction.Execute("UPDATE counters SET value = value + 1 WHERE name = 'number_list_sequence'", {}));
  return NumberListSequence(transaction);
}

}  // namespace sti::pa
