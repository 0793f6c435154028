// Migrations of a PostgreSQL database.
#ifndef COMMON_STORE_POSTGRES_SCHEMA_H_
#define COMMON_STORE_POSTGRES_SCHEMA_H_

#include <vector>

#include "absl/status/status.h"
#include "common/store/postgres_connection.h"

namespace sti::store {

// The table of what was migrated; also the one whose lock writers take.
inline constexpr char kLockWriters[] = "LOCK TABLE schema_migrations IN EXCLUSIVE MODE";

// Each migration in a transaction of its own, under an advisory lock, so that programs that start at once do
// each once. kStorageFailed with the number of the migration; kStateConflict when the schema is newer;
// kInternal for a gap.
absl::Status BringUpToDate(PostgresConnection& connection, const PostgresOptions& options,
                           const std::vector<Migration>& migrations);

}  // namespace sti::store

#endif  // COMMON_STORE_POSTGRES_SCHEMA_H_
