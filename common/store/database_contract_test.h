// What every Database must do. An implementation instantiates the suite with a function that makes an empty
// one:
//   INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseContract, ::testing::Values(&MakeSqlite));
#ifndef COMMON_STORE_DATABASE_CONTRACT_TEST_H_
#define COMMON_STORE_DATABASE_CONTRACT_TEST_H_

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "common/store/database.h"

namespace sti::store {

// A fresh database of its own with these migrations applied, and what must live as long as it does.
struct DatabaseUnderTest {
  std::shared_ptr<void> surroundings;
  std::unique_ptr<Database> database;
};
using MakeDatabase = DatabaseUnderTest (*)(const std::vector<Migration>& migrations);

class DatabaseContract : public ::testing::TestWithParam<MakeDatabase> {
 protected:
  DatabaseContract();
  Database& database() { return *under_test_.database; }
  absl::Status Insert(int64_t id, const std::string& name);
  // The names in the order of their ids.
  std::vector<std::string> Names();

 private:
  DatabaseUnderTest under_test_;
};

}  // namespace sti::store

#endif  // COMMON_STORE_DATABASE_CONTRACT_TEST_H_
