// A database that the first release filled, opened by this one.
#include "services/pa/pa_schema.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/store/database.h"
#include "common/store/testing/old_database.h"
#include "common/testing/temp_dir.h"

namespace sti::pa {
namespace {

using testing::FirstRow;
using testing::OpenAsOf;
using testing::RunAll;

const std::vector<std::string>& FilledByTheFirstRelease() {
  static const auto* const statements = new std::vector<std::string>{
      "INSERT INTO providers VALUES ('p', 'Provider', 1700000000)",
      "INSERT INTO provider_spcs VALUES ('1234', 'p', 0)",
      "INSERT INTO provider_identities VALUES ('sti-as', 'p', 0)",
      "INSERT INTO authorities VALUES ('ca1', 'CA', 'PEM', 1), ('ca2', 'Former CA', 'PEM', 0)",
      "INSERT INTO revocations VALUES (1, x'01', x'01', '0A', 1, 1700000000)",
      "INSERT INTO tokens VALUES (1, 't1', 'p', '1234', 'SHA256 00', 0, 1700000000, 1700000600)",
      "UPDATE counters SET value = 7 WHERE name = 'trust_list_sequence'",
      "UPDATE counters SET value = 9 WHERE name = 'crl_number'",
  };
  return *statements;
}

// In one step and over each release between.
TEST(PaSchemaTest, FilledDatabaseOfTheFirstReleaseIsBroughtUpToDate) {
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
    // Who was there before is approved; a withdrawn CA stays withdrawn.
    EXPECT_EQ(FirstRow(**database, "SELECT id, name, state, state_note, pending_change FROM providers"),
              "p Provider 2  ");
    EXPECT_EQ(FirstRow(**database, "SELECT state, approved_until FROM authorities WHERE id = 'ca1'"), "1 0");
    EXPECT_EQ(FirstRow(**database, "SELECT state FROM authorities WHERE id = 'ca2'"), "2");
    EXPECT_EQ(FirstRow(**database, "SELECT spc, provider_id FROM provider_spcs"), "1234 p");
    EXPECT_EQ(FirstRow(**database, "SELECT identity, provider_id FROM provider_identities"), "sti-as p");
    EXPECT_EQ(FirstRow(**database, "SELECT serial, reason_code, revoked FROM revocations"),
              "0A 1 1700000000");
    EXPECT_EQ(FirstRow(**database, "SELECT jti, fingerprint, expires FROM tokens"),
              "t1 SHA256 00 1700000600");
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"trust_list_sequence", "7"}, {"crl_number", "9"}, {"number_list_sequence", "0"}}) {
      EXPECT_EQ(FirstRow(**database, "SELECT value FROM counters WHERE name = '" + name + "'"), value);
    }
    EXPECT_EQ(FirstRow(**database, "SELECT COUNT(*) FROM audit"), "0");
    EXPECT_EQ(FirstRow(**database, "PRAGMA integrity_check"), "ok");
    EXPECT_EQ(FirstRow(**database, "SELECT COUNT(*) FROM pragma_foreign_key_check"), "0");
  }
}

TEST(PaSchemaTest, FormerReleaseRefusesADatabaseOfThisOne) {
  const testing::TempDir dir;
  const std::string path = dir.File("new.sqlite");
  ASSERT_TRUE(OpenAsOf(path, Migrations(), Migrations().size()).ok());
  EXPECT_FALSE(OpenAsOf(path, Migrations(), Migrations().size() - 1).ok());
}

}  // namespace
}  // namespace sti::pa
