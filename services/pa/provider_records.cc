#include "services/pa/provider_records.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace sti::pa {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;
using store::Transaction;

constexpr char kColumns[] = "id, name, created, state, state_note, state_since, pending_change";

// Of the table former_provider_names.
enum Former : int64_t { kFormerSpc = 1, kFormerIdentity = 2 };

absl::StatusOr<std::vector<std::string>> Texts(Transaction& transaction, absl::string_view sql,
                                               const std::string& id) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows, transaction.Query(sql, {id}));
  std::vector<std::string> texts;
  for (const SqlRow& row : rows) texts.push_back(AsText(row[0]));
  return texts;
}

absl::StatusOr<std::vector<std::string>> FormerTexts(Transaction& transaction, const std::string& id,
                                                     Former kind) {
  return Texts(transaction,
               absl::StrCat("SELECT value FROM former_provider_names WHERE provider_id = ?1 AND kind = ",
                            kind, " ORDER BY position"),
               id);
}

absl::Status ReadNames(Transaction& transaction, Provider& provider) {
  if (provider.state == ProviderState::kRevoked) {
    STI_ASSIGN_OR_RETURN(provider.spcs, FormerTexts(transaction, provider.id, kFormerSpc));
    STI_ASSIGN_OR_RETURN(provider.client_identities, FormerTexts(transaction, provider.id, kFormerIdentity));
    return absl::OkStatus();
  }
  STI_ASSIGN_OR_RETURN(
      provider.spcs,
      Texts(transaction, "SELECT spc FROM provider_spcs WHERE provider_id = ?1 ORDER BY position",
            provider.id));
  STI_ASSIGN_OR_RETURN(
      provider.client_identities,
      Texts(transaction, "SELECT identity FROM provider_identities WHERE provider_id = ?1 ORDER BY position",
            provider.id));
  return absl::OkStatus();
}

absl::StatusOr<Provider> FromRow(Transaction& transaction, const SqlRow& row) {
  Provider provider;
  provider.id = AsText(row[0]);
  provider.name = AsText(row[1]);
  provider.created = absl::FromUnixSeconds(AsInt(row[2]));
  provider.state = static_cast<ProviderState>(AsInt(row[3]));
  provider.state_note = AsText(row[4]);
  // Those that were there before states came have 0.
  provider.state_since = std::max(provider.created, absl::FromUnixSeconds(AsInt(row[5])));
  provider.pending_change = AsText(row[6]);
  STI_RETURN_IF_ERROR(ReadNames(transaction, provider));
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> contacts,
                       transaction.Query("SELECT role, name, email, phone FROM provider_contacts"
                                         " WHERE provider_id = ?1 ORDER BY position",
                                         {provider.id}));
  for (const SqlRow& contact : contacts) {
    provider.contacts.push_back(
        {AsText(contact[0]), AsText(contact[1]), AsText(contact[2]), AsText(contact[3])});
  }
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

absl::Status InsertNames(Transaction& transaction, const Provider& provider) {
  STI_RETURN_IF_ERROR(
      InsertTexts(transaction, "INSERT INTO provider_spcs (spc, provider_id, position) VALUES (?1, ?2, ?3)",
                  provider.id, provider.spcs));
  return InsertTexts(transaction,
                     "INSERT INTO provider_identities (identity, provider_id, position) VALUES (?1, ?2, ?3)",
                     provider.id, provider.client_identities);
}

absl::Status InsertFormer(Transaction& transaction, const Provider& provider) {
  const auto sql = [](Former kind) {
    return absl::StrCat(
        "INSERT INTO former_provider_names (value, provider_id, position, kind) VALUES (?1, ?2, ?3, ", kind,
        ")");
  };
  STI_RETURN_IF_ERROR(InsertTexts(transaction, sql(kFormerSpc), provider.id, provider.spcs));
  return InsertTexts(transaction, sql(kFormerIdentity), provider.id, provider.client_identities);
}

absl::Status InsertContacts(Transaction& transaction, const Provider& provider) {
  int64_t position = 0;
  for (const Contact& contact : provider.contacts) {
    STI_RETURN_IF_ERROR(transaction.Execute(
        "INSERT INTO provider_contacts (provider_id, position, role, name, email, phone)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        {provider.id, position++, contact.role, contact.name, contact.email, contact.phone}));
  }
  return absl::OkStatus();
}

absl::Status DeleteNames(Transaction& transaction, const std::string& id) {
  for (const char* table : {"provider_spcs", "provider_identities", "provider_contacts"}) {
    STI_RETURN_IF_ERROR(
        transaction.Execute(absl::StrCat("DELETE FROM ", table, " WHERE provider_id = ?1"), {id}));
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view StateName(ProviderState state) {
  switch (state) {
    case ProviderState::kPending:
      return "pending";
    case ProviderState::kApproved:
      return "approved";
    case ProviderState::kSuspended:
      return "suspended";
    case ProviderState::kRevoked:
      return "revoked";
  }
  return "unknown";
}

absl::Status InsertProvider(Transaction& transaction, const Provider& provider) {
  STI_RETURN_IF_ERROR(transaction.Execute(
      absl::StrCat("INSERT INTO providers (", kColumns, ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
      {provider.id, provider.name, absl::ToUnixSeconds(provider.created),
       static_cast<int64_t>(provider.state), provider.state_note, absl::ToUnixSeconds(provider.state_since),
       provider.pending_change}));
  STI_RETURN_IF_ERROR(InsertNames(transaction, provider));
  return InsertContacts(transaction, provider);
}

absl::Status ReplaceProvider(Transaction& transaction, const Provider& provider) {
  STI_RETURN_IF_ERROR(DeleteNames(transaction, provider.id));
  STI_RETURN_IF_ERROR(transaction.Execute(
      "UPDATE providers SET name = ?2, state = ?3, state_note = ?4, state_since = ?5, pending_change = ?6"
      " WHERE id = ?1",
      {provider.id, provider.name, static_cast<int64_t>(provider.state), provider.state_note,
       absl::ToUnixSeconds(provider.state_since), provider.pending_change}));
  STI_RETURN_IF_ERROR(provider.state == ProviderState::kRevoked ? InsertFormer(transaction, provider)
                                                                : InsertNames(transaction, provider));
  return InsertContacts(transaction, provider);
}

absl::Status DeleteProvider(Transaction& transaction, absl::string_view id) {
  const std::string key(id);
  STI_RETURN_IF_ERROR(DeleteNames(transaction, key));
  return transaction.Execute("DELETE FROM providers WHERE id = ?1", {key});
}

absl::StatusOr<std::optional<Provider>> FindProvider(Transaction& transaction, absl::string_view id) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query(absl::StrCat("SELECT ", kColumns, " FROM providers WHERE id = ?1"),
                                         {std::string(id)}));
  if (rows.empty()) return std::optional<Provider>();
  STI_ASSIGN_OR_RETURN(Provider provider, FromRow(transaction, rows[0]));
  return std::optional<Provider>(std::move(provider));
}

absl::StatusOr<std::vector<Provider>> ListProviders(Transaction& transaction, absl::string_view after,
                                                    int64_t limit) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query(absl::StrCat("SELECT ", kColumns,
                                                      " FROM providers WHERE id > ?1 ORDER BY id LIMIT ?2"),
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

absl::StatusOr<std::string> FormerOwnerOfIdentity(Transaction& transaction, absl::string_view identity) {
  return Owner(transaction,
               absl::StrCat("SELECT provider_id FROM former_provider_names WHERE kind = ", kFormerIdentity,
                            " AND value = ?1 ORDER BY provider_id LIMIT 1"),
               identity);
}

}  // namespace sti::pa
