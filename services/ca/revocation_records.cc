#include "services/ca/revocation_records.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace sti::ca {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;
using store::Transaction;

constexpr char kColumns[] = "serial, reason, revoked, requested_by, told, tries, trouble";

RevocationRecord FromRow(const SqlRow& row) {
  RevocationRecord record;
  record.serial = AsText(row[0]);
  record.reason = static_cast<int>(AsInt(row[1]));
  record.revoked = absl::FromUnixSeconds(AsInt(row[2]));
  record.requested_by = AsText(row[3]);
  if (!std::holds_alternative<std::monostate>(row[4])) record.told = absl::FromUnixSeconds(AsInt(row[4]));
  record.tries = AsInt(row[5]);
  record.trouble = AsText(row[6]);
  return record;
}

}  // namespace

absl::Status InsertRevocation(Transaction& transaction, const RevocationRecord& record) {
  return transaction.Execute(
      absl::StrCat("INSERT INTO revocations (", kColumns, ") VALUES (?1, ?2, ?3, ?4, NULL, 0, '')"),
      {record.serial, int64_t{record.reason}, absl::ToUnixSeconds(record.revoked), record.requested_by});
}

absl::StatusOr<std::optional<RevocationRecord>> FindRevocation(Transaction& transaction,
                                                               absl::string_view serial) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(absl::StrCat("SELECT ", kColumns, " FROM revocations WHERE serial = ?1"),
                        {std::string(serial)}));
  if (rows.empty()) return std::optional<RevocationRecord>();
  return std::optional<RevocationRecord>(FromRow(rows[0]));
}

absl::StatusOr<std::vector<RevocationRecord>> ListUntold(Transaction& transaction, int64_t limit) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query(absl::StrCat("SELECT ", kColumns,
                                                      " FROM revocations WHERE told IS NULL"
                                                      " ORDER BY tries, serial LIMIT ?1"),
                                         {limit}));
  std::vector<RevocationRecord> records;
  for (const SqlRow& row : rows) records.push_back(FromRow(row));
  return records;
}

absl::StatusOr<int64_t> CountUntold(Transaction& transaction) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT COUNT(*) FROM revocations WHERE told IS NULL", {}));
  return AsInt(rows.at(0).at(0));
}

absl::Status MarkTold(Transaction& transaction, absl::string_view serial, absl::Time now) {
  return transaction.Execute(
      "UPDATE revocations SET told = ?2, tries = tries + 1, trouble = '' WHERE serial = ?1",
      {std::string(serial), absl::ToUnixSeconds(now)});
}

absl::Status NoteTrouble(Transaction& transaction, absl::string_view serial, absl::string_view trouble) {
  return transaction.Execute("UPDATE revocations SET tries = tries + 1, trouble = ?2 WHERE serial = ?1",
                             {std::string(serial), std::string(trouble)});
}

absl::Status InsertCompromisedKey(Transaction& transaction, absl::string_view key_hash) {
  STI_ASSIGN_OR_RETURN(const bool known, IsCompromised(transaction, key_hash));
  if (known) return absl::OkStatus();
  return transaction.Execute("INSERT INTO compromised_keys (key_hash) VALUES (?1)", {std::string(key_hash)});
}

absl::StatusOr<bool> IsCompromised(Transaction& transaction, absl::string_view key_hash) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT key_hash FROM compromised_keys WHERE key_hash = ?1",
                                         {std::string(key_hash)}));
  return !rows.empty();
}

}  // namespace sti::ca
