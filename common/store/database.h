// SQL state as a seam, with two engines behind it: SQLite (WAL, synchronous=FULL) here, PostgreSQL in
// postgres_database.h. Statements keep to what both understand, with the types BIGINT, TEXT and BLOB; text is
// UTF-8 without NUL. common/store/open_database.h opens the one that the configuration names.
#ifndef COMMON_STORE_DATABASE_H_
#define COMMON_STORE_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sti::store {

// Octets, as SQL keeps them apart from text.
struct Blob {
  std::string octets;
  bool operator==(const Blob& other) const { return octets == other.octets; }
};
// A column or parameter: NULL, integer, text or octets.
using SqlValue = std::variant<std::monostate, int64_t, std::string, Blob>;
using SqlRow = std::vector<SqlValue>;

// Reads of a column that has the expected type by schema; a wrong type gives 0 or "".
int64_t AsInt(const SqlValue& value);
std::string AsText(const SqlValue& value);
std::string AsBlob(const SqlValue& value);

// One transaction. Only valid inside of Database::Write or Read, on the thread that runs the body.
// After a failed statement nothing more can be done in it, as in PostgreSQL: the body returns that error or a
// better one.
class Transaction {
 public:
  virtual ~Transaction() = default;
  // One statement. Parameters are "?1", "?2"... kAlreadyExists on a unique or primary key conflict, else
  // kStorageFailed.
  virtual absl::Status Execute(absl::string_view sql, const std::vector<SqlValue>& parameters) = 0;
  // The rows of one statement, all in memory. kStorageFailed.
  virtual absl::StatusOr<std::vector<SqlRow>> Query(absl::string_view sql,
                                                    const std::vector<SqlValue>& parameters) = 0;
  // Rows changed by the last Execute.
  virtual int64_t RowsChanged() const = 0;
};

// Thread-safe. Writers are serialized; readers do not wait for them. Calls must not be nested.
class Database {
 public:
  virtual ~Database() = default;
  // Runs `body` in one write transaction. OK means committed and synced to disk; anything else means that
  // nothing of it happened: the body's error, or kStorageFailed. The next call starts afresh. The one exception
  // is a server that is lost at the commit and stays away: the text of that kStorageFailed says that the
  // commit may or may not have happened (postgres_database.h).
  // The body may run more than once, when the connection is lost or another program interferes; what an
  // earlier run did to the database is undone then. So it must set what it leaves in memory, not add to it.
  virtual absl::Status Write(const std::function<absl::Status(Transaction&)>& body) = 0;
  // Runs `body` on one consistent state; Execute fails there. It, too, may run more than once.
  virtual absl::Status Read(const std::function<absl::Status(Transaction&)>& body) = 0;
};

// Statements of one schema version. Never changed once released: a new need is a new migration.
struct Migration {
  int version;  // 1, 2, 3...
  std::vector<std::string> statements;
  // What the engines do not say alike, such as triggers; after `statements`.
  std::vector<std::string> sqlite_statements = {};
  std::vector<std::string> postgres_statements = {};
};

// Opens or creates the file (mode 0600), and brings the schema up to the last migration, each in a
// transaction. `lock_timeout`: how long to wait for another process that holds the database. kStorageFailed
// with the path and what is wrong; kStateConflict when the file is of a newer schema than this program.
absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path,
                                                     const std::vector<Migration>& migrations,
                                                     absl::Duration lock_timeout = absl::Seconds(5));

}  // namespace sti::store

#endif  // COMMON_STORE_DATABASE_H_
