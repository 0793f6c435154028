// Copies of a SQLite database that is in use.
#ifndef COMMON_STORE_SQLITE_BACKUP_H_
#define COMMON_STORE_SQLITE_BACKUP_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace sti::store {

struct SqliteBackup {
  int64_t octets = 0;
  int64_t schema = 0;  // the last migration
};

// Copies `file`, which a daemon may be writing to, as of one moment between two of its transactions; nobody
// waits for it. `out` is one file, mode 0600, checked by SQLite's integrity_check and synced before it gets
// its name. kNotFound when there is no such file; kAlreadyExists rather than overwriting `out`;
// kStorageFailed, also when `file` is no database of a daemon. After an error `out` does not exist.
// Thread-safe.
absl::StatusOr<SqliteBackup> BackUpSqlite(const std::string& file, const std::string& out);

}  // namespace sti::store

#endif  // COMMON_STORE_SQLITE_BACKUP_H_
