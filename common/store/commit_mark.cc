#include "common/store/commit_mark.h"

#include <vector>

#include "common/base/status_macros.h"
#include "common/store/database.h"
#include "common/store/postgres_schema.h"

namespace sti::store {

absl::Status CommitMark::MakeTable(PostgresConnection& connection) {
  STI_RETURN_IF_ERROR(connection
                          .Run("CREATE TABLE IF NOT EXISTS last_commits (writer TEXT PRIMARY KEY,"
                               " number BIGINT NOT NULL, written_at TIMESTAMPTZ NOT NULL)",
                               {})
                          .status());
  return connection.Run("DELETE FROM last_commits WHERE written_at < now() - INTERVAL '30 days'", {})
      .status();
}

absl::StatusOr<CommitMark> CommitMark::Make(PostgresConnection& connection) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       connection.Run("SELECT CAST(gen_random_uuid() AS TEXT)", {}));
  return CommitMark(AsText(rows.at(0).at(0)));
}

absl::StatusOr<bool> CommitMark::Set(PostgresConnection& connection) {
  ++number_;
  STI_RETURN_IF_ERROR(connection
                          .Run("INSERT INTO last_commits (writer, number, written_at) SELECT ?1, ?2, now()"
                               " WHERE pg_current_xact_id_if_assigned() IS NOT NULL"
                               " ON CONFLICT (writer) DO UPDATE"
                               " SET number = EXCLUDED.number, written_at = EXCLUDED.written_at",
                               {writer_, number_})
                          .status());
  return connection.RowsChanged() > 0;
}

absl::StatusOr<bool> CommitMark::IsCommitted(PostgresConnection& connection) const {
  // READ COMMITTED: what is read after the lock was got is what the transaction in question left.
  STI_RETURN_IF_ERROR(connection.Run("BEGIN ISOLATION LEVEL READ COMMITTED", {}).status());
  absl::StatusOr<std::vector<SqlRow>> rows = connection.Run(kLockWriters, {});
  if (rows.ok()) {
    rows = connection.Run("SELECT 1 FROM last_commits WHERE writer = ?1 AND number = ?2", {writer_, number_});
  }
  // Nothing was written; and a connection that breaks here is opened anew by the next use.
  connection.Run("ROLLBACK", {}).IgnoreError();
  STI_RETURN_IF_ERROR(rows.status());
  return !rows->empty();
}

}  // namespace sti::store
