#include "services/ca/limit_records.h"

#include "common/base/status_macros.h"

namespace sti::ca {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;
using store::Transaction;

LimitRecord FromRow(const SqlRow& row) { return {AsText(row[0]), AsText(row[1]), AsInt(row[2])}; }

absl::StatusOr<std::string> OneText(Transaction& transaction, absl::string_view sql, absl::string_view key) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows, transaction.Query(sql, {std::string(key)}));
  return rows.empty() ? std::string() : AsText(rows[0][0]);
}

}  // namespace

absl::StatusOr<std::optional<LimitRecord>> FindLimit(Transaction& transaction, absl::string_view subject,
                                                     absl::string_view name) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT subject, name, value FROM rate_limits WHERE subject = ?1 AND name = ?2",
                        {std::string(subject), std::string(name)}));
  if (rows.empty()) return std::optional<LimitRecord>();
  return std::optional<LimitRecord>(FromRow(rows[0]));
}

absl::StatusOr<int64_t> LimitFor(Transaction& transaction, absl::string_view subject, absl::string_view name,
                                 int64_t configured) {
  STI_ASSIGN_OR_RETURN(const std::optional<LimitRecord> own, FindLimit(transaction, subject, name));
  return own ? own->value : configured;
}

absl::Status SetLimit(Transaction& transaction, const LimitRecord& record) {
  STI_RETURN_IF_ERROR(RemoveLimit(transaction, record.subject, record.name));
  return transaction.Execute("INSERT INTO rate_limits (subject, name, value) VALUES (?1, ?2, ?3)",
                             {record.subject, record.name, record.value});
}

absl::Status RemoveLimit(Transaction& transaction, absl::string_view subject, absl::string_view name) {
  return transaction.Execute("DELETE FROM rate_limits WHERE subject = ?1 AND name = ?2",
                             {std::string(subject), std::string(name)});
}

absl::StatusOr<std::vector<LimitRecord>> ListLimits(Transaction& transaction, absl::string_view after_subject,
                                                    absl::string_view after_name, int64_t limit) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT subject, name, value FROM rate_limits"
                                         " WHERE subject > ?1 OR (subject = ?1 AND name > ?2)"
                                         " ORDER BY subject, name LIMIT ?3",
                                         {std::string(after_subject), std::string(after_name), limit}));
  std::vector<LimitRecord> records;
  records.reserve(rows.size());
  for (const SqlRow& row : rows) records.push_back(FromRow(row));
  return records;
}

absl::StatusOr<std::string> FindOrganization(Transaction& transaction, absl::string_view spc) {
  return OneText(transaction, "SELECT name FROM organizations WHERE spc = ?1", spc);
}

absl::Status SetOrganization(Transaction& transaction, const OrganizationRecord& record) {
  STI_RETURN_IF_ERROR(transaction.Execute("DELETE FROM organizations WHERE spc = ?1", {record.spc}));
  if (record.name.empty()) return absl::OkStatus();
  return transaction.Execute("INSERT INTO organizations (spc, name) VALUES (?1, ?2)",
                             {record.spc, record.name});
}

absl::StatusOr<std::vector<OrganizationRecord>> ListOrganizations(Transaction& transaction,
                                                                  absl::string_view after, int64_t limit) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT spc, name FROM organizations WHERE spc > ?1 ORDER BY spc LIMIT ?2",
                        {std::string(after), limit}));
  std::vector<OrganizationRecord> records;
  records.reserve(rows.size());
  for (const SqlRow& row : rows) records.push_back({AsText(row[0]), AsText(row[1])});
  return records;
}

absl::StatusOr<std::string> FindProviderOfAccount(Transaction& transaction, absl::string_view account) {
  return OneText(transaction,
                 "SELECT acme_external_keys.provider FROM acme_accounts JOIN acme_external_keys"
                 " ON acme_external_keys.id = acme_accounts.external_key WHERE acme_accounts.id = ?1",
                 account);
}

}  // namespace sti::ca
