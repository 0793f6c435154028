#include "services/pa/provider_records.h"

#include "common/base/status_macros.h"

namespace sti::pa {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;
using store::Transaction;

absl::StatusOr<std::vector<std::string>> Texts(Transaction& transaction, absl::string_view sql,
                                               const std::string& id) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows, transaction.Query(sql, {id}));
  std::vector<std::string> texts;
  for (const SqlRow& row : rows) texts.push_back(AsText(row[0]));
  return texts;
}

absl::StatusOr<Provider> FromRow(Transaction& transaction, const SqlRow& row) {
  Provider provider;
  provider.id = AsText(row[0]);
  provider.name = AsText(row[1]);
  provider.created = absl::FromUnixSeconds(AsInt(row[2]));
  STI_ASSIGN_OR_RETURN(
      provider.spcs,
      Texts(transaction, "SELECT spc FROM provider_spcs WHERE provider_id = ?1 ORDER BY position",
            provider.id));
  STI_ASSIGN_OR_RETURN(
      provider.client_identities,
      Texts(transaction, "SELECT identity FROM provider_identities WHERE provider_id = ?1 ORDER BY position",
            provider.id));
  return provider;
}

absl::StatusOr<std::string> Owner(Transaction& transaction, absl::string_view sql, absl::string_view key) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows, transaction.Query(sql, {std::string(key)}));
  return rows.empty() ? std::string() : AsText(rows[0][0]);
}

absl::Status InsertTexts(Transaction& transaction, absl::string_view sql, const std::string& id,
                         const std::vector<std::string>& texts) {
  int64_t position = 0;
  for (const std::string& text : texts) {
    STI_RETURN_IF_ERROR(transaction.Execute(sql, {text, id, position++}));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status InsertProvider(Transaction& transaction, const Provider& provider) {
  STI_RETURN_IF_ERROR(
      transaction.Execute("INSERT INTO providers (id, name, created) VALUES (?1, ?2, ?3)",
                          {provider.id, provider.name, absl::ToUnixSeconds(provider.created)}));
  STI_RETURN_IF_ERROR(
      InsertTexts(transaction, "INSERT INTO provider_spcs (spc, provider_id, position) VALUES (?1, ?2, ?3)",
                  provider.id, provider.spcs));
  return InsertTexts(transaction,
                     "INSERT INTO provider_identities (identity, provider_id, position) VALUES (?1, ?2, ?3)",
                     provider.id, provider.client_identities);
}

absl::StatusOr<std::optional<Provider>> FindProvider(Transaction& transaction, absl::string_view id) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT id, name, created FROM providers WHERE id = ?1", {std::string(id)}));
  if (rows.empty()) return std::optional<Provider>();
  STI_ASSIGN_OR_RETURN(Provider provider, FromRow(transaction, rows[0]));
  return std::optional<Provider>(std::move(provider));
}

absl::StatusOr<std::vector<Provider>> ListProviders(Transaction& transaction, absl::string_view after,
                                                    int64_t limit) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT id, name, created FROM providers WHERE id > ?1 ORDER BY id LIMIT ?2",
                        {std::string(after), limit}));
  std::vector<Provider> providers;
  for (const SqlRow& row : rows) {
    STI_ASSIGN_OR_RETURN(Provider provider, FromRow(transaction, row));
    providers.push_back(std::move(provider));
  }
  return providers;
}

absl::StatusOr<std::string> OwnerOfSpc(Transaction& transaction, absl::string_view spc) {
  return Owner(transaction, "SELECT provider_id FROM provider_spcs WHERE spc = ?1", spc);
}

absl::StatusOr<std::string> OwnerOfIdentity(Transaction& transaction, absl::string_view identity) {
  return Owner(transaction, "SELECT provider_id FROM provider_identities WHERE identity = ?1", identity);
}

}  // namespace sti::pa
