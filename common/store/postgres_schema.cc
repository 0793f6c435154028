#include "common/store/postgres_schema.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/commit_mark.h"

namespace sti::store {
namespace {

// Another replica may be at work; and an index over millions of rows takes its time.
constexpr absl::Duration kPatience = absl::Minutes(10);
// Any number, the same in every replica. Locks of this kind are a database's own.
constexpr int64_t kAdvisoryLock = 0x737469'6d69'67;

absl::Status Do(PostgresConnection& connection, absl::string_view sql,
                const std::vector<SqlValue>& parameters) {
  return connection.Run(sql, parameters).status();
}

// READ COMMITTED: what is read after the lock was got is what the replica before us left.
absl::Status Locked(PostgresConnection& connection, const std::function<absl::Status()>& body) {
  STI_RETURN_IF_ERROR(Do(connection, "BEGIN ISOLATION LEVEL READ COMMITTED", {}));
  absl::Status status = Do(connection, "SELECT pg_advisory_xact_lock(?1)", {kAdvisoryLock});
  if (status.ok()) status = body();
  if (status.ok()) return Do(connection, "COMMIT", {});
  Do(connection, "ROLLBACK", {}).IgnoreError();
  return status;
}

absl::Status Migrate(PostgresConnection& connection, const Migration& migration) {
  // Whoever writes by the old schema is done before, or comes after.
  STI_RETURN_IF_ERROR(Do(connection, kLockWriters, {}));
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> done,
                       connection.Run("SELECT 1 FROM schema_migrations WHERE version = ?1",
                                      {static_cast<int64_t>(migration.version)}));
  if (!done.empty()) return absl::OkStatus();
  std::vector<std::string> statements = migration.statements;
  statements.insert(statements.end(), migration.postgres_statements.begin(),
                    migration.postgres_statements.end());
  for (const std::string& statement : statements) {
    if (const absl::Status status = Do(connection, statement, {}); !status.ok()) {
      return MakeError(Reason::kStorageFailed,
                       absl::StrCat("migration ", migration.version, ": ", status.message()));
    }
  }
  return Do(connection, "INSERT INTO schema_migrations (version) VALUES (?1)",
            {static_cast<int64_t>(migration.version)});
}

absl::Status CheckNotNewer(PostgresConnection& connection, const PostgresOptions& options, int64_t newest) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> last,
                       connection.Run("SELECT COALESCE(MAX(version), 0) FROM schema_migrations", {}));
  const int64_t found = AsInt(last.at(0).at(0));
  if (found <= newest) return absl::OkStatus();
  return MakeError(
      Reason::kStateConflict,
      absl::StrCat("postgres ", options.host, ":", options.port, "/", options.database, ": has schema ",
                   found, ", made by a newer program; this one knows ", newest));
}

}  // namespace

absl::Status BringUpToDate(PostgresConnection& connection, const PostgresOptions& options,
                           const std::vector<Migration>& migrations) {
  STI_RETURN_IF_ERROR(connection.SetTimeouts(kPatience, kPatience));
  STI_RETURN_IF_ERROR(Locked(connection, [&] {
    return Do(connection, "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY)", {});
  }));
  STI_RETURN_IF_ERROR(CheckNotNewer(connection, options, migrations.empty() ? 0 : migrations.back().version));
  // No migration: those are numbered by the daemons, each for itself.
  STI_RETURN_IF_ERROR(Locked(connection, [&] { return CommitMark::MakeTable(connection); }));
  int expected = 0;
  for (const Migration& migration : migrations) {
    if (migration.version != ++expected) {
      return MakeError(Reason::kInternal,
                       absl::StrCat("migration ", migration.version, " stands where ", expected, " belongs"));
    }
    STI_RETURN_IF_ERROR(Locked(connection, [&] { return Migrate(connection, migration); }));
  }
  return connection.SetTimeouts(options.statement_timeout, options.lock_timeout);
}

}  // namespace sti::store
