#include "common/store/sqlite_connection.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::store {
namespace {

// Programs have some tens of statements; more means that somebody writes values into SQL text.
constexpr size_t kMaxStatements = 256;

absl::Status Fail(const std::string& path, absl::string_view why) {
  return MakeError(Reason::kStorageFailed, absl::StrCat(path, ": ", why));
}

// Fits: texts and octets are bounded by SQLite to 10^9.
int Size(absl::string_view octets) { return static_cast<int>(octets.size()); }

int BindOne(sqlite3_stmt* statement, int index, const SqlValue& value) {
  // SQLITE_STATIC: the parameters live until the statement is reset. An empty Blob must not turn into NULL.
  if (const auto* integer = std::get_if<int64_t>(&value))
    return sqlite3_bind_int64(statement, index, *integer);
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text(statement, index, text->data(), Size(*text), SQLITE_STATIC);
  }
  if (const auto* blob = std::get_if<Blob>(&value)) {
    return sqlite3_bind_blob(statement, index, blob->octets.data(), Size(blob->octets), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, index);
}

SqlValue Column(sqlite3_stmt* statement, int index) {
  const auto octets = [statement, index](const void* data) {
    return std::string(static_cast<const char*>(data),
                       static_cast<size_t>(sqlite3_column_bytes(statement, index)));
  };
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
      return static_cast<int64_t>(sqlite3_column_int64(statement, index));
    case SQLITE_BLOB: {
      const void* data = sqlite3_column_blob(statement, index);
      return data == nullptr ? Blob{} : Blob{octets(data)};
    }
    case SQLITE_NULL:
      return std::monostate{};
    default: {
      const void* data = sqlite3_column_text(statement, index);
      return data == nullptr ? std::string() : octets(data);
    }
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(const std::string& path, Use use,
                                                                         absl::Duration lock_timeout) {
  sqlite3* database = nullptr;
  // NOMUTEX: SqliteDatabase gives a connection to one thread at a time.
  const int result =
      sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(path, database));
  if (database == nullptr) return Fail(path, sqlite3_errstr(result));
  if (result != SQLITE_OK) return connection->LastError();
  sqlite3_extended_result_codes(database, 1);
  connection->WaitForLocks(lock_timeout);
  // SQLite falls back to reading only when it may not write, and would tell at the first write. A reader may:
  // what is known is still answered when the file system turns read-only.
  if (use == Use::kReadAndWrite && sqlite3_db_readonly(database, "main") == 1)
    return Fail(path, "the file may not be written to");
  STI_RETURN_IF_ERROR(connection->SetUp(use));
  return connection;
}

void SqliteConnection::WaitForLocks(absl::Duration time) {
  sqlite3_busy_timeout(database_.get(), static_cast<int>(absl::ToInt64Milliseconds(time)));
}

absl::Status SqliteConnection::SetUp(Use use) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> mode, Run("PRAGMA journal_mode = WAL", {}));
  if (mode.size() != 1 || AsText(mode[0][0]) != "wal")
    return Fail(path_, "the file system cannot carry a WAL");
  std::vector<const char*> pragmas = {"PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON",
                                      "PRAGMA trusted_schema = OFF", "PRAGMA temp_store = MEMORY",
                                      // Else INSERT OR REPLACE deletes rows past the triggers.
                                      "PRAGMA recursive_triggers = ON"};
  if (use == Use::kReadOnly) pragmas.push_back("PRAGMA query_only = ON");
  for (const char* pragma : pragmas) STI_RETURN_IF_ERROR(Run(pragma, {}).status());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SqlRow>> SqliteConnection::Run(absl::string_view sql,
                                                          const std::vector<SqlValue>& parameters) {
  STI_ASSIGN_OR_RETURN(sqlite3_stmt* const statement, Prepare(sql));
  const auto reset = absl::MakeCleanup([statement] {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  });
  STI_RETURN_IF_ERROR(Bind(statement, parameters));
  return Step(statement);
}

absl::StatusOr<sqlite3_stmt*> SqliteConnection::Prepare(absl::string_view sql) {
  std::string key(sql);
  if (const auto found = statements_.find(key); found != statements_.end()) return found->second.get();
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int result =
      sqlite3_prepare_v3(database_.get(), key.data(), Size(key), SQLITE_PREPARE_PERSISTENT, &raw, &rest);
  Statement statement(raw);
  if (result != SQLITE_OK) return LastError();
  const absl::string_view unused(rest, static_cast<size_t>(key.data() + key.size() - rest));
  if (raw == nullptr || !absl::StripAsciiWhitespace(unused).empty()) {
    return Fail(path_, absl::StrCat("not exactly one statement: ", sql));
  }
  if (statements_.size() >= kMaxStatements) statements_.clear();
  statements_.emplace(std::move(key), std::move(statement));
  return raw;
}

absl::Status SqliteConnection::Bind(sqlite3_stmt* statement, const std::vector<SqlValue>& parameters) {
  if (sqlite3_bind_parameter_count(statement) != static_cast<int>(parameters.size())) {
    return Fail(path_, absl::StrCat(parameters.size(), " parameters do not fit: ", sqlite3_sql(statement)));
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (BindOne(statement, static_cast<int>(i) + 1, parameters[i]) != SQLITE_OK) return LastError();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SqlRow>> SqliteConnection::Step(sqlite3_stmt* statement) {
  std::vector<SqlRow> rows;
  int result = SQLITE_OK;
  while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
    SqlRow& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(statement); ++i) row.push_back(Column(statement, i));
  }
  if (result != SQLITE_DONE) return LastError();
  return rows;
}

absl::Status SqliteConnection::LastError() const {
  const int code = sqlite3_extended_errcode(database_.get());
  const std::string text = absl::StrCat(path_, ": ", sqlite3_errmsg(database_.get()));
  const bool conflict = code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
                        code == SQLITE_CONSTRAINT_ROWID;
  if (conflict) return MakeError(Reason::kAlreadyExists, text);
  return MakeError(Reason::kStorageFailed, absl::StrCat(text, " (SQLite ", code, ")"));
}

}  // namespace sti::store
