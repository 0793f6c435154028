// Databases as a former release left them, for tests of migrations.
#ifndef COMMON_STORE_TESTING_OLD_DATABASE_H_
#define COMMON_STORE_TESTING_OLD_DATABASE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/store/database.h"

namespace sti::testing {

// A SQLite database by the first `version` of the migrations.
absl::StatusOr<std::unique_ptr<store::Database>> OpenAsOf(const std::string& path,
                                                          const std::vector<store::Migration>& migrations,
                                                          size_t version);

// In one transaction.
absl::Status RunAll(store::Database& database, const std::vector<std::string>& statements);

// Columns of the first row with spaces between, NULL and octets as nothing; the error when there is none.
std::string FirstRow(store::Database& database, const std::string& sql);

}  // namespace sti::testing

#endif  // COMMON_STORE_TESTING_OLD_DATABASE_H_
