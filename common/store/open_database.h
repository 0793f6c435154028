// Opens the database that the configuration names.
#ifndef COMMON_STORE_OPEN_DATABASE_H_
#define COMMON_STORE_OPEN_DATABASE_H_

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "common/store/database.h"
#include "common/store/postgres_database.h"

namespace sti::store {

struct SqliteOptions {
  std::string file;
};
using DatabaseOptions = std::variant<SqliteOptions, PostgresOptions>;

// Errors of OpenSqlite and OpenPostgres.
absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const DatabaseOptions& options,
                                                       const std::vector<Migration>& migrations);

}  // namespace sti::store

#endif  // COMMON_STORE_OPEN_DATABASE_H_
