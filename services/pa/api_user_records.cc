#include "services/pa/api_user_records.h"

#include "common/base/status_macros.h"

namespace sti::pa {
namespace {

using store::AsInt;
using store::AsText;

ApiUser FromRow(const store::SqlRow& row) {
  return {AsText(row[0]), AsText(row[1]), absl::FromUnixSeconds(AsInt(row[2]))};
}

}  // namespace

absl::Status InsertApiUser(store::Transaction& transaction, const ApiUser& user,
                           absl::string_view password_hash) {
  return transaction.Execute(
      "INSERT INTO api_users (user_id, provider_id, password_hash, created) VALUES (?1, ?2, ?3, ?4)",
      {user.user_id, user.provider_id, std::string(password_hash), absl::ToUnixSeconds(user.created)});
}

absl::StatusOr<std::optional<ApiUser>> FindApiUser(store::Transaction& transaction,
                                                   absl::string_view user_id) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<store::SqlRow> rows,
      transaction.Query("SELECT user_id, provider_id, created FROM api_users WHERE user_id = ?1",
                        {std::string(user_id)}));
  if (rows.empty()) return std::optional<ApiUser>();
  return std::optional<ApiUser>(FromRow(rows[0]));
}

absl::StatusOr<std::string> PasswordHashOf(store::Transaction& transaction, absl::string_view user_id) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<store::SqlRow> rows,
      transaction.Query("SELECT password_hash FROM api_users WHERE user_id = ?1", {std::string(user_id)}));
  return rows.empty() ? std::string() : AsText(rows[0][0]);
}

absl::StatusOr<std::vector<ApiUser>> ListApiUsers(store::Transaction& transaction,
                                                  absl::string_view provider_id, absl::string_view after,
                                                  int64_t limit) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<store::SqlRow> rows,
      provider_id.empty()
          ? transaction.Query("SELECT user_id, provider_id, created FROM api_users WHERE user_id > ?1"
                              " ORDER BY user_id LIMIT ?2",
                              {std::string(after), limit})
          : transaction.Query("SELECT user_id, provider_id, created FROM api_users WHERE provider_id = ?1"
                              " AND user_id > ?2 ORDER BY user_id LIMIT ?3",
                              {std::string(provider_id), std::string(after), limit}));
  std::vector<ApiUser> users;
  users.reserve(rows.size());
  for (const store::SqlRow& row : rows) users.push_back(FromRow(row));
  return users;
}

absl::Status DeleteApiUser(store::Transaction& transaction, absl::string_view user_id) {
  STI_RETURN_IF_ERROR(
      transaction.Execute("DELETE FROM api_sessions WHERE user_id = ?1", {std::string(user_id)}));
  return transaction.Execute("DELETE FROM api_users WHERE user_id = ?1", {std::string(user_id)});
}

}  // namespace sti::pa
