#include "services/pa/number_records.h"

#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::pa {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;
using store::Transaction;

std::vector<NumberBlock> FromRows(const std::vector<SqlRow>& rows) {
  std::vector<NumberBlock> blocks;
  blocks.reserve(rows.size());
  for (const SqlRow& row : rows)
    blocks.push_back({AsText(row[0]), AsInt(row[1]), AsInt(row[2]), AsInt(row[3])});
  return blocks;
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
  for (const NumberBlock& block : changes.removed) {
    STI_RETURN_IF_ERROR(transaction.Execute("DELETE FROM numbers WHERE digits = ?1 AND first_number = ?2",
                                            {block.digits, block.first}));
  }
  for (const NumberBlock& block : changes.added) {
    STI_RETURN_IF_ERROR(transaction.Execute(
        "INSERT INTO numbers (spc, digits, first_number, last_number) VALUES (?1, ?2, ?3, ?4)",
        {block.spc, block.digits, block.first, block.last}));
  }
  return absl::OkStatus();
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
