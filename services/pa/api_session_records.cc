#include "services/pa/api_session_records.h"

#include <algorithm>
#include <vector>

#include "common/base/status_macros.h"

namespace sti::pa {
namespace {

using store::AsInt;
using store::AsText;

int64_t EndOf(const SessionRecord& session) {
  return absl::ToUnixSeconds(std::max(session.access_expires, session.refresh_expires));
}

}  // namespace

absl::Status InsertSession(store::Transaction& transaction, const SessionRecord& session, int most,
                           absl::Time now) {
  STI_RETURN_IF_ERROR(
      transaction.Execute("DELETE FROM api_sessions WHERE ends <= ?1", {absl::ToUnixSeconds(now)}));
  STI_RETURN_IF_ERROR(transaction.Execute(
      "DELETE FROM api_sessions WHERE user_id = ?1 AND id_hash NOT IN (SELECT id_hash FROM api_sessions"
      " WHERE user_id = ?1 ORDER BY started DESC, id_hash LIMIT ?2)",
      {session.user_id, int64_t{most} - 1}));
  return transaction.Execute(
      "INSERT INTO api_sessions (id_hash, user_id, access_hash, access_expires, refresh_hash,"
      " refresh_expires, started, ends) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      {session.id_hash, session.user_id, session.access_hash, absl::ToUnixSeconds(session.access_expires),
       session.refresh_hash, absl::ToUnixSeconds(session.refresh_expires),
       absl::ToUnixSeconds(session.started), EndOf(session)});
}

absl::StatusOr<std::optional<SessionRecord>> FindSession(store::Transaction& transaction,
                                                         absl::string_view id_hash) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<store::SqlRow> rows,
      transaction.Query("SELECT user_id, access_hash, access_expires, refresh_hash, refresh_expires, started"
                        " FROM api_sessions WHERE id_hash = ?1",
                        {std::string(id_hash)}));
  if (rows.empty()) return std::optional<SessionRecord>();
  const store::SqlRow& row = rows[0];
  return std::optional<SessionRecord>(SessionRecord{
      std::string(id_hash), AsText(row[0]), AsText(row[1]), absl::FromUnixSeconds(AsInt(row[2])),
      AsText(row[3]), absl::FromUnixSeconds(AsInt(row[4])), absl::FromUnixSeconds(AsInt(row[5]))});
}

absl::Status ReplaceTokens(store::Transaction& transaction, const SessionRecord& session) {
  return transaction.Execute(
      "UPDATE api_sessions SET access_hash = ?2, access_expires = ?3, refresh_hash = ?4,"
      " refresh_expires = ?5, ends = ?6 WHERE id_hash = ?1",
      {session.id_hash, session.access_hash, absl::ToUnixSeconds(session.access_expires),
       session.refresh_hash, absl::ToUnixSeconds(session.refresh_expires), EndOf(session)});
}

absl::StatusOr<int64_t> CountSessions(store::Transaction& transaction, absl::string_view user_id,
                                      absl::Time now) {
  STI_ASSIGN_OR_RETURN(const std::vector<store::SqlRow> rows,
                       transaction.Query("SELECT COUNT(*) FROM api_sessions WHERE user_id = ?1 AND ends > ?2",
                                         {std::string(user_id), absl::ToUnixSeconds(now)}));
  return AsInt(rows.at(0).at(0));
}

absl::Status DeleteSession(store::Transaction& transaction, absl::string_view id_hash) {
  return transaction.Execute("DELETE FROM api_sessions WHERE id_hash = ?1", {std::string(id_hash)});
}

}  // namespace sti::pa
