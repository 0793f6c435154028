// State in PostgreSQL, for daemons of which several replicas share one database.
//
// Writers of all replicas take one table lock first, so each sees all that was committed before it, as with
// SQLite. Readers see one snapshot and wait for nobody. A lost connection is opened anew by the next call.
#ifndef COMMON_STORE_POSTGRES_DATABASE_H_
#define COMMON_STORE_POSTGRES_DATABASE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::store {

struct PostgresOptions {
  std::string host;  // name or address; or the folder of a Unix socket, which begins with "/"
  int port = 5432;
  std::string database;
  std::string user;
  std::string password_file;  // mode 0600, read at each connect; empty: none (peer authentication)
  std::string ca_file;        // PEM; the server must prove `host` by a certificate from it; empty: no TLS
  std::string application = "stir-shaken";  // shown in pg_stat_activity
  size_t connections = 8;                   // at most, 2 and more: one writes, the others read
  absl::Duration lock_timeout = absl::Seconds(5);
  absl::Duration statement_timeout = absl::Seconds(10);
};

// Connects, and brings the schema up to the last migration; replicas that start at once wait for each other.
// The database must exist, be encoded in UTF-8 and allow `user` to make tables in it; it holds one daemon's
// state only. kStorageFailed with the server's words; kKeyPermissions for the password file; kStateConflict
// when the schema is newer than this program.
//
// Beyond Database's promises: when the connection breaks at the commit itself, the outcome is looked up on a
// new one, by a mark that was written in the same transaction (commit_mark.h), so that it is certain also when
// the server crashed. Only when the server does not come back within some seconds is the outcome open; then
// the text of the kStorageFailed says so. (A server that fails over needs a synchronous standby, or it forgets commits.)
absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const PostgresOptions& options,
                                                       const std::vector<Migration>& migrations);

}  // namespace sti::store

#endif  // COMMON_STORE_POSTGRES_DATABASE_H_
