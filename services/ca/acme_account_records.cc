#include "services/ca/acme_account_records.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/crypto/digest.h"
#include "common/jose/jwk.h"

namespace sti::ca {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;
using store::Transaction;

constexpr char kValid[] = "valid";
constexpr char kDeactivated[] = "deactivated";
constexpr char kColumns[] =
    "id, jwk, state, paused, contacts, terms, external_key, external_binding, created";

std::string ContactsText(const std::vector<std::string>& contacts) {
  codec::JsonArray list;
  for (const std::string& contact : contacts) list.emplace_back(contact);
  return codec::CanonicalJson(codec::JsonValue(std::move(list)));
}

std::vector<std::string> ContactsOf(const std::string& text) {
  std::vector<std::string> contacts;
  const absl::StatusOr<codec::JsonValue> json = codec::ParseJson(text, limits::kJson);
  if (!json.ok() || !json->is_array()) return contacts;
  for (const codec::JsonValue& entry : *json->if_array()) {
    if (entry.is_string()) contacts.push_back(*entry.if_string());
  }
  return contacts;
}

AcmeAccount FromRow(const SqlRow& row) {
  AcmeAccount account;
  account.id = AsText(row[0]);
  account.jwk = AsText(row[1]);
  account.valid = AsText(row[2]) == kValid;
  account.paused = AsInt(row[3]) != 0;
  account.contacts = ContactsOf(AsText(row[4]));
  account.terms = AsText(row[5]);
  account.external_key = AsText(row[6]);
  account.external_binding = AsText(row[7]);
  account.created = absl::FromUnixSeconds(AsInt(row[8]));
  return account;
}

absl::Status InsertKey(Transaction& transaction, const std::string& account,
                       const crypto::VerifyingKey& key) {
  const absl::Status inserted =
      transaction.Execute("INSERT INTO acme_account_keys (key_hash, account, in_use) VALUES (?1, ?2, ?3)",
                          {KeyHash(key), account, int64_t{1}});
  if (ReasonOf(inserted) != Reason::kAlreadyExists) return inserted;
  return MakeError(Reason::kKeyInvalid, "jwk", "the key belongs, or belonged, to an account");
}

}  // namespace

std::string KeyHash(const crypto::VerifyingKey& key) {
  return absl::BytesToHexString(crypto::Sha256(key.Spki()));
}

absl::Status InsertAccount(Transaction& transaction, const AcmeAccount& account,
                           const crypto::VerifyingKey& key) {
  STI_RETURN_IF_ERROR(transaction.Execute(
      absl::StrCat("INSERT INTO acme_accounts (", kColumns, ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"),
      {account.id, account.jwk, std::string(account.valid ? kValid : kDeactivated),
       int64_t{account.paused ? 1 : 0}, ContactsText(account.contacts), account.terms, account.external_key,
       account.external_binding, absl::ToUnixSeconds(account.created)}));
  return InsertKey(transaction, account.id, key);
}

absl::StatusOr<std::optional<AcmeAccount>> FindAccount(Transaction& transaction, absl::string_view id) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(absl::StrCat("SELECT ", kColumns, " FROM acme_accounts WHERE id = ?1"),
                        {std::string(id)}));
  if (rows.empty()) return std::optional<AcmeAccount>();
  return std::optional<AcmeAccount>(FromRow(rows[0]));
}

absl::StatusOr<std::optional<KeyOwner>> FindKeyOwner(Transaction& transaction, absl::string_view key_hash) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT account, in_use FROM acme_account_keys WHERE key_hash = ?1",
                                         {std::string(key_hash)}));
  if (rows.empty()) return std::optional<KeyOwner>();
  return std::optional<KeyOwner>(KeyOwner{AsText(rows[0][0]), AsInt(rows[0][1]) != 0});
}

absl::Status UpdateAccount(Transaction& transaction, const AcmeAccount& account) {
  return transaction.Execute(
      "UPDATE acme_accounts SET state = ?2, paused = ?3, contacts = ?4, terms = ?5 WHERE id = ?1",
      {account.id, std::string(account.valid ? kValid : kDeactivated), int64_t{account.paused ? 1 : 0},
       ContactsText(account.contacts), account.terms});
}

absl::Status ReplaceAccountKey(Transaction& transaction, const AcmeAccount& account,
                               const crypto::VerifyingKey& new_key) {
  STI_RETURN_IF_ERROR(
      transaction.Execute("UPDATE acme_account_keys SET in_use = 0 WHERE account = ?1", {account.id}));
  STI_RETURN_IF_ERROR(transaction.Execute("UPDATE acme_accounts SET jwk = ?2 WHERE id = ?1",
                                          {account.id, jose::JwkText(new_key)}));
  return InsertKey(transaction, account.id, new_key);
}

absl::StatusOr<Usage> AccountsSince(Transaction& transaction, absl::Time since) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT COUNT(*), COALESCE(MIN(created), 0) FROM acme_accounts"
                                         " WHERE external_key = '' AND created > ?1",
                                         {absl::ToUnixSeconds(since)}));
  return Usage{AsInt(rows[0][0]), absl::FromUnixSeconds(AsInt(rows[0][1]))};
}

absl::StatusOr<std::vector<AcmeAccount>> ListAccounts(Transaction& transaction, absl::string_view after,
                                                      int64_t limit) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(
          absl::StrCat("SELECT ", kColumns, " FROM acme_accounts WHERE id > ?1 ORDER BY id LIMIT ?2"),
          {std::string(after), limit}));
  std::vector<AcmeAccount> accounts;
  for (const SqlRow& row : rows) accounts.push_back(FromRow(row));
  return accounts;
}

absl::Status InsertExternalKey(Transaction& transaction, const ExternalKey& key) {
  return transaction.Execute(
      "INSERT INTO acme_external_keys (id, provider, mac_key, created, account)"
      " VALUES (?1, ?2, ?3, ?4, NULL)",
      {key.id, key.provider, key.mac_key, absl::ToUnixSeconds(key.created)});
}

absl::StatusOr<std::optional<ExternalKey>> FindExternalKey(Transaction& transaction, absl::string_view id) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(
          "SELECT id, provider, mac_key, created, account FROM acme_external_keys WHERE id = ?1",
          {std::string(id)}));
  if (rows.empty()) return std::optional<ExternalKey>();
  const SqlRow& row = rows[0];
  return std::optional<ExternalKey>(ExternalKey{AsText(row[0]), AsText(row[1]), AsText(row[2]),
                                                absl::FromUnixSeconds(AsInt(row[3])), AsText(row[4])});
}

absl::Status UseExternalKey(Transaction& transaction, absl::string_view id, absl::string_view account) {
  return transaction.Execute("UPDATE acme_external_keys SET account = ?2 WHERE id = ?1",
                             {std::string(id), std::string(account)});
}

}  // namespace sti::ca
