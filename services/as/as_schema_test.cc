// A database that the first release filled, opened by this one.
#include "services/as/as_schema.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/store/database.h"
#include "common/store/testing/old_database.h"
#include "common/testing/temp_dir.h"

namespace sti::as {
namespace {

using testing::FirstRow;
using testing::OpenAsOf;
using testing::RunAll;

const std::vector<std::string>& FilledByTheFirstRelease() {
  static const auto* const statements = new std::vector<std::string>{
      "INSERT INTO customers VALUES ('default', 'acme', 'Acme', 0, 1, 2, 1700000000)",
      "INSERT INTO customer_clients VALUES ('acme-pbx', 'default', 'acme', 0)",
      "INSERT INTO trunks VALUES ('default', 't', 'acme', 1, 0, 1700000000)",
      "INSERT INTO number_rules VALUES ('default', 1, '911', '911', 0, 'emergency')",
      "INSERT INTO rcd_profiles VALUES ('default', 'acme', 'main', '{}', 1700000000)",
      "INSERT INTO customer_numbers VALUES ('default', 0, 12155550100, 12155550199, 'acme', 0)",
      "INSERT INTO provisioning_journal VALUES (1, 1700000000, 'default', 1, 'acme', '', 0, 0, 0)",
      "UPDATE counters SET value = 1 WHERE name = 'provisioning_journal'",
  };
  return *statements;
}

// In one step and over each release between.
TEST(AsSchemaTest, FilledDatabaseOfTheFirstReleaseIsBroughtUpToDate) {
  const size_t newest = Migrations().size();
  ASSERT_GT(newest, 1U);
  for (size_t between = 1; between <= newest; ++between) {
    const testing::TempDir dir;
    const std::string path = dir.File("old.sqlite");
    {
      const auto old = OpenAsOf(path, Migrations(), 1);
      ASSERT_TRUE(old.ok()) << old.status();
      const absl::Status filled = RunAll(**old, FilledByTheFirstRelease());
      ASSERT_TRUE(filled.ok()) << filled;
    }
    ASSERT_TRUE(OpenAsOf(path, Migrations(), between).ok());
    const auto database = OpenAsOf(path, Migrations(), newest);
    ASSERT_TRUE(database.ok()) << between << ": " << database.status();
    EXPECT_EQ(FirstRow(**database, "SELECT id, name, highest_attest, unknown_number FROM customers"),
              "acme Acme 1 2");
    EXPECT_EQ(FirstRow(**database, "SELECT identity, customer FROM customer_clients"), "acme-pbx acme");
    EXPECT_EQ(FirstRow(**database, "SELECT id, gateway FROM trunks"), "t 1");
    EXPECT_EQ(FirstRow(**database, "SELECT first_number, note FROM number_rules"), "911 emergency");
    EXPECT_EQ(FirstRow(**database, "SELECT name, rcd FROM rcd_profiles"), "main {}");
    EXPECT_EQ(FirstRow(**database, "SELECT first_number, last_number, customer FROM customer_numbers"),
              "12155550100 12155550199 acme");
    EXPECT_EQ(FirstRow(**database, "SELECT seq, subject FROM provisioning_journal"), "1 acme");
    EXPECT_EQ(FirstRow(**database, "SELECT value FROM counters WHERE name = 'provisioning_journal'"), "1");
    EXPECT_EQ(FirstRow(**database, "SELECT COUNT(*) FROM audit"), "0");
    EXPECT_EQ(FirstRow(**database, "PRAGMA integrity_check"), "ok");
    EXPECT_EQ(FirstRow(**database, "SELECT COUNT(*) FROM pragma_foreign_key_check"), "0");
  }
}

TEST(AsSchemaTest, FormerReleaseRefusesADatabaseOfThisOne) {
  const testing::TempDir dir;
  const std::string path = dir.File("new.sqlite");
  ASSERT_TRUE(OpenAsOf(path, Migrations(), Migrations().size()).ok());
  EXPECT_FALSE(OpenAsOf(path, Migrations(), Migrations().size() - 1).ok());
}

}  // namespace
}  // namespace sti::as
