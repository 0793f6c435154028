#include "common/store/open_database.h"

namespace sti::store {

absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const DatabaseOptions& options,
                                                       const std::vector<Migration>& migrations) {
  if (const auto* sqlite = std::get_if<SqliteOptions>(&options)) return OpenSqlite(sqlite->file, migrations);
  return OpenPostgres(std::get<PostgresOptions>(options), migrations);
}

}  // namespace sti::store
