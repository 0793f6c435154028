#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/database.h"
#include "common/store/sqlite_connection.h"

namespace sti::store {
namespace {

// Connections that wait for the next reader; more readers at once open their own.
constexpr size_t kIdleReaders = 4;

absl::Status Fail(const std::string& path, absl::string_view doing, int error) {
  return MakeError(Reason::kStorageFailed, absl::StrCat(path, ": ", doing, ": ", std::strerror(error)));
}

class SqliteTransaction final : public Transaction {
 public:
  explicit SqliteTransaction(SqliteConnection& connection) : connection_(connection) {}

  absl::Status Execute(absl::string_view sql, const std::vector<SqlValue>& parameters) override {
    const absl::Status status = Query(sql, parameters).status();
    rows_changed_ = status.ok() ? connection_.RowsChanged() : 0;
    return status;
  }

  absl::StatusOr<std::vector<SqlRow>> Query(absl::string_view sql,
                                            const std::vector<SqlValue>& parameters) override {
    // SQLite would go on, each statement for itself if the transaction has ended: PostgreSQL would not.
    STI_RETURN_IF_ERROR(first_error_);
    absl::StatusOr<std::vector<SqlRow>> rows = connection_.Run(sql, parameters);
    if (!rows.ok()) first_error_ = rows.status();
    return rows;
  }

  int64_t RowsChanged() const override { return rows_changed_; }
  const absl::Status& first_error() const { return first_error_; }

 private:
  SqliteConnection& connection_;
  int64_t rows_changed_ = 0;
  absl::Status first_error_;
};

absl::Status InTransaction(SqliteConnection& connection, const char* begin,
                           const std::function<absl::Status(Transaction&)>& body) {
  STI_RETURN_IF_ERROR(connection.Run(begin, {}).status());
  SqliteTransaction transaction(connection);
  absl::Status status = body(transaction);
  if (status.ok()) status = transaction.first_error();
  if (status.ok()) status = connection.Run("COMMIT", {}).status();
  // A rollback that fails leaves nothing behind either: the journal was never committed.
  if (!status.ok() && connection.InTransaction()) connection.Run("ROLLBACK", {}).IgnoreError();
  return status;
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::string path, absl::Duration lock_timeout, std::unique_ptr<SqliteConnection> writer)
      : path_(std::move(path)), lock_timeout_(lock_timeout), writer_(std::move(writer)) {}

  absl::Status Write(const std::function<absl::Status(Transaction&)>& body) override {
    if (writing_thread_ == std::this_thread::get_id()) {
      return MakeError(Reason::kInternal, absl::StrCat(path_, ": a write inside of a write"));
    }
    const auto asked = std::chrono::steady_clock::now();
    MutexLock lock(write_mutex_);
    // Who has waited behind a writer that waited for another program's lock has waited for that, too.
    const absl::Duration waited = absl::FromChrono(std::chrono::steady_clock::now() - asked);
    writer_->WaitForLocks(std::max(lock_timeout_ - waited, lock_timeout_ / 50));
    writing_thread_ = std::this_thread::get_id();
    const auto done = absl::MakeCleanup([this] { writing_thread_ = std::thread::id(); });
    return InTransaction(*writer_, "BEGIN IMMEDIATE", body);
  }

  absl::Status Read(const std::function<absl::Status(Transaction&)>& body) override {
    STI_ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> reader, TakeReader());
    const absl::Status status = InTransaction(*reader, "BEGIN", body);
    MutexLock lock(readers_mutex_);
    if (!reader->InTransaction() && readers_.size() < kIdleReaders) readers_.push_back(std::move(reader));
    return status;
  }

 private:
  absl::StatusOr<std::unique_ptr<SqliteConnection>> TakeReader() {
    {
      MutexLock lock(readers_mutex_);
      if (!readers_.empty()) {
        std::unique_ptr<SqliteConnection> reader = std::move(readers_.back());
        readers_.pop_back();
        return reader;
      }
    }
    return SqliteConnection::Open(path_, SqliteConnection::Use::kReadOnly, lock_timeout_);
  }

  const std::string path_;
  const absl::Duration lock_timeout_;
  std::atomic<std::thread::id> writing_thread_{};
  Mutex write_mutex_;  // held while a transaction is written: SQLite has one writer anyway
  const std::unique_ptr<SqliteConnection> writer_ ABSL_PT_GUARDED_BY(write_mutex_);
  Mutex readers_mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> readers_ ABSL_GUARDED_BY(readers_mutex_);
};

// SQLite would create the file by the umask; its WAL and index files take over the mode of the database.
absl::Status EnsureFile(const std::string& path) {
  if (const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); fd >= 0) {
    close(fd);
    return absl::OkStatus();
  }
  if (errno != EEXIST) return Fail(path, "cannot make it", errno);
  // By name: to open and close a file that this process has in use would drop SQLite's locks on it.
  struct stat about {};
  if (stat(path.c_str(), &about) != 0) return Fail(path, "cannot look at it", errno);
  if (!S_ISREG(about.st_mode)) return Fail(path, "is not a regular file", EINVAL);
  const bool open_to_others = (about.st_mode & (S_IRWXG | S_IRWXO)) != 0;
  if (open_to_others && chmod(path.c_str(), 0600) != 0) return Fail(path, "cannot set mode 0600", errno);
  return absl::OkStatus();
}

// In a transaction of its own, so that two programs that start at once do not both do it.
absl::Status Migrate(SqliteConnection& connection, const std::string& path, const Migration& migration) {
  return InTransaction(connection, "BEGIN IMMEDIATE", [&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> done,
                         transaction.Query("SELECT 1 FROM schema_migrations WHERE version = ?1",
                                           {static_cast<int64_t>(migration.version)}));
    if (!done.empty()) return absl::OkStatus();
    std::vector<std::string> statements = migration.statements;
    statements.insert(statements.end(), migration.sqlite_statements.begin(),
                      migration.sqlite_statements.end());
    for (const std::string& statement : statements) {
      if (const absl::Status status = transaction.Execute(statement, {}); !status.ok()) {
        return MakeError(Reason::kStorageFailed,
                         absl::StrCat("migration ", migration.version, " of ", path, ": ", status.message()));
      }
    }
    return transaction.Execute("INSERT INTO schema_migrations (version) VALUES (?1)",
                               {static_cast<int64_t>(migration.version)});
  });
}

absl::Status BringUpToDate(SqliteConnection& connection, const std::string& path,
                           const std::vector<Migration>& migrations) {
  STI_RETURN_IF_ERROR(
      connection.Run("CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY)", {})
          .status());
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> last,
                       connection.Run("SELECT COALESCE(MAX(version), 0) FROM schema_migrations", {}));
  const int64_t newest = migrations.empty() ? 0 : migrations.back().version;
  if (AsInt(last[0][0]) > newest) {
    return MakeError(Reason::kStateConflict,
                     absl::StrCat(path, ": has schema ", AsInt(last[0][0]),
                                  ", made by a newer program; this one knows ", newest));
  }
  int expected = 0;
  for (const Migration& migration : migrations) {
    if (migration.version != ++expected) {
      return MakeError(Reason::kInternal,
                       absl::StrCat("migration ", migration.version, " stands where ", expected, " belongs"));
    }
    STI_RETURN_IF_ERROR(Migrate(connection, path, migration));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path,
                                                     const std::vector<Migration>& migrations,
                                                     absl::Duration lock_timeout) {
  // Absolute: SQLite gives special meaning to names like ":memory:" and "".
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(path, error).string();
  if (path.empty() || error) return Fail(path, "is not the name of a file", EINVAL);
  STI_RETURN_IF_ERROR(EnsureFile(absolute));
  STI_ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> writer,
                       SqliteConnection::Open(absolute, SqliteConnection::Use::kReadAndWrite, lock_timeout));
  STI_RETURN_IF_ERROR(BringUpToDate(*writer, absolute, migrations));
  return std::make_unique<SqliteDatabase>(absolute, lock_timeout, std::move(writer));
}

}  // namespace sti::store
