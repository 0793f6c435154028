// A database for the tests of what is kept in one, on either engine.
#ifndef COMMON_TESTING_SCRATCH_DATABASE_H_
#define COMMON_TESTING_SCRATCH_DATABASE_H_

#include <memory>
#include <string>
#include <vector>

#include "common/store/open_database.h"
#include "common/testing/temp_dir.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::testing {

// SQLite in `dir`; but PostgreSQL, by a server that runs as long as the test program, when the environment
// has STI_TEST_DATABASE=postgres. The same folder means the same database. Not thread-safe.
store::DatabaseOptions ScratchDatabaseOptions(const TempDir& dir);

// The same as a daemon's configuration says it.
sti::config::v1::Database ScratchDatabaseConfig(const TempDir& dir);

// Opens it; aborts the test program when that fails.
std::unique_ptr<store::Database> OpenScratchDatabase(const TempDir& dir,
                                                     const std::vector<store::Migration>& migrations);

}  // namespace sti::testing

#endif  // COMMON_TESTING_SCRATCH_DATABASE_H_
