// A database that the first release filled, opened by this one.
#include "services/ca/ca_schema.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/store/database.h"
#include "common/store/testing/old_database.h"
#include "common/testing/temp_dir.h"

namespace sti::ca {
namespace {

using testing::FirstRow;
using testing::OpenAsOf;
using testing::RunAll;

const std::vector<std::string>& FilledByTheFirstRelease() {
  static const auto* const statements = new std::vector<std::string>{
      "INSERT INTO used_tokens VALUES ('t1', 4000000000)",
      "INSERT INTO serials VALUES ('0A', 1700000000), ('0B', 1700000001)",
      "INSERT INTO certified_keys VALUES (x'00ff', '1234')",
      "INSERT INTO certificates VALUES (1, '0A', '1234', 'CN=SHAKEN 1234', 1700000000, 1800000000,"
      " '/a.pem', 'sti-as', 't1', 1700000000, 'PEM')",
  };
  return *statements;
}

// In one step and over each release between.
TEST(CaSchemaTest, FilledDatabaseOfTheFirstReleaseIsBroughtUpToDate) {
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
    EXPECT_EQ(FirstRow(**database, "SELECT jti, expires FROM used_tokens"), "t1 4000000000");
    EXPECT_EQ(FirstRow(**database, "SELECT hex(key_hash), spc FROM certified_keys"), "00FF 1234");
    // The limit of the SPC by the day counts the certificate, and not what was only reserved.
    EXPECT_EQ(FirstRow(**database, "SELECT spc, cancelled, reserved FROM serials WHERE serial = '0A'"),
              "1234 0 1700000000");
    EXPECT_EQ(FirstRow(**database, "SELECT COUNT(*) FROM serials WHERE serial = '0B' AND spc = ''"), "1");
    EXPECT_EQ(FirstRow(**database, "SELECT serial, jti, token_jti, path, chain_pem FROM certificates"),
              "0A t1 t1 /a.pem PEM");
    EXPECT_EQ(FirstRow(**database, "SELECT COUNT(*) FROM acme_orders"), "0");
    EXPECT_EQ(FirstRow(**database, "SELECT COUNT(*) FROM audit"), "0");
    EXPECT_EQ(FirstRow(**database, "PRAGMA integrity_check"), "ok");
    EXPECT_EQ(FirstRow(**database, "SELECT COUNT(*) FROM pragma_foreign_key_check"), "0");
  }
}

TEST(CaSchemaTest, FormerReleaseRefusesADatabaseOfThisOne) {
  const testing::TempDir dir;
  const std::string path = dir.File("new.sqlite");
  ASSERT_TRUE(OpenAsOf(path, Migrations(), Migrations().size()).ok());
  EXPECT_FALSE(OpenAsOf(path, Migrations(), Migrations().size() - 1).ok());
}

}  // namespace
}  // namespace sti::ca
