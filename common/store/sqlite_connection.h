// One connection to a SQLite file, with its prepared statements.
#ifndef COMMON_STORE_SQLITE_CONNECTION_H_
#define COMMON_STORE_SQLITE_CONNECTION_H_

#include <sqlite3.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::store {

// Not thread-safe.
class SqliteConnection {
 public:
  enum class Use { kReadAndWrite, kReadOnly };

  // WAL, synchronous=FULL, foreign keys on. The file must exist. kStorageFailed.
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(const std::string& path, Use use,
                                                                absl::Duration lock_timeout);

  // From the next statement on, in the place of Open's `lock_timeout`.
  void WaitForLocks(absl::Duration time);

  // One statement, as Transaction says.
  absl::StatusOr<std::vector<SqlRow>> Run(absl::string_view sql, const std::vector<SqlValue>& parameters);
  int64_t RowsChanged() const { return sqlite3_changes64(database_.get()); }
  // Some errors of SQLite (disk full) end the transaction by themselves.
  bool InTransaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Close>;

  SqliteConnection(std::string path, sqlite3* database) : path_(std::move(path)), database_(database) {}
  absl::Status SetUp(Use use);
  absl::StatusOr<sqlite3_stmt*> Prepare(absl::string_view sql);
  absl::Status Bind(sqlite3_stmt* statement, const std::vector<SqlValue>& parameters);
  absl::StatusOr<std::vector<SqlRow>> Step(sqlite3_stmt* statement);
  absl::Status LastError() const;

  const std::string path_;
  const std::unique_ptr<sqlite3, Close> database_;
  std::unordered_map<std::string, Statement> statements_;  // goes before database_
};

}  // namespace sti::store

#endif  // COMMON_STORE_SQLITE_CONNECTION_H_
