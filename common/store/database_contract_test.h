// What every Database must do. An implementation instantiates the suite with a function that makes a place
// for an empty one:
//   INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseContract, ::testing::Values(&MakeSqlite));
#ifndef COMMON_STORE_DATABASE_CONTRACT_TEST_H_
#define COMMON_STORE_DATABASE_CONTRACT_TEST_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/store/database.h"

namespace sti::store {

// A place of its own, empty at first.
struct DatabasePlace {
  // As a program that starts: each call shares nothing with the others but the data.
  std::function<absl::StatusOr<std::unique_ptr<Database>>(const std::vector<Migration>&)> open;
  // Cuts all connections; does nothing where there are none to cut.
  std::function<void()> cut;
  // Ends what serves the data and starts it again, if there is such a thing.
  std::function<void()> restart;
};
using MakePlace = DatabasePlace (*)();

class DatabaseContract : public ::testing::TestWithParam<MakePlace> {
 protected:
  DatabaseContract();
  Database& database() { return *database_; }
  const DatabasePlace& place() const { return place_; }
  // Another program's view of the same data.
  std::unique_ptr<Database> OpenAgain();
  absl::Status Insert(int64_t id, const std::string& name);
  // The names in the order of their ids.
  std::vector<std::string> Names();

 private:
  DatabasePlace place_;
  std::unique_ptr<Database> database_;
};

absl::Status InsertProvider(Database& database, int64_t id, const std::string& name);

}  // namespace sti::store

#endif  // COMMON_STORE_DATABASE_CONTRACT_TEST_H_
