#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/database.h"
#include "common/store/database_contract_test.h"
#include "common/testing/temp_dir.h"

namespace sti::store {

using ::sti::testing::TempDir;
using ::testing::HasSubstr;

INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseContract, ::testing::Values(+[] {
                           const auto dir = std::make_shared<TempDir>();
                           return DatabasePlace{[dir](const std::vector<Migration>& migrations) {
                                                  return OpenSqlite(dir->File("test.db"), migrations);
                                                },
                                                [] {}, [] {}};
                         }));

namespace {

const std::vector<Migration>& Notes() {
  static const auto* const migrations = new std::vector<Migration>{{1, {"CREATE TABLE note (text TEXT)"}}};
  return *migrations;
}

absl::Status Add(Database& database, const std::string& text) {
  return database.Write([&](Transaction& transaction) {
    return transaction.Execute("INSERT INTO note (text) VALUES (?1)", {text});
  });
}

int64_t Count(Database& database) {
  int64_t count = -1;
  const absl::Status status = database.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const auto rows, transaction.Query("SELECT COUNT(*) FROM note", {}));
    count = AsInt(rows.at(0).at(0));
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return count;
}

mode_t ModeOf(const std::string& path) {
  struct stat about {};
  EXPECT_EQ(stat(path.c_str(), &about), 0) << path;
  return about.st_mode & 0777;
}

TEST(SqliteTest, FilesAreForTheOwnerOnlyWhateverTheUmask) {
  const TempDir dir;
  const std::string path = dir.File("state.db");
  const mode_t before = umask(0);
  const auto database = OpenSqlite(path, Notes());
  ASSERT_TRUE(database.ok()) << database.status();
  ASSERT_TRUE(Add(**database, "x").ok());
  umask(before);
  EXPECT_EQ(ModeOf(path), 0600);
  EXPECT_EQ(ModeOf(path + "-wal"), 0600);
  EXPECT_EQ(ModeOf(path + "-shm"), 0600);
}

TEST(SqliteTest, FileThatWasOpenToOthersIsClosedToThem) {
  const TempDir dir;
  const std::string path = dir.Write("state.db", "", 0644);
  ASSERT_TRUE(OpenSqlite(path, Notes()).ok());
  EXPECT_EQ(ModeOf(path), 0600);
}

TEST(SqliteTest, UsesWalWithFullSyncAndForeignKeys) {
  const TempDir dir;
  const auto database = OpenSqlite(dir.File("state.db"), Notes());
  ASSERT_TRUE(database.ok());
  const auto pragma = [&](const std::string& name) {
    SqlValue value;
    const absl::Status status = (*database)->Write([&](Transaction& transaction) -> absl::Status {
      STI_ASSIGN_OR_RETURN(const auto rows, transaction.Query("PRAGMA " + name, {}));
      value = rows.at(0).at(0);
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return value;
  };
  EXPECT_EQ(AsText(pragma("journal_mode")), "wal");
  EXPECT_EQ(AsInt(pragma("synchronous")), 2);
  EXPECT_EQ(AsInt(pragma("foreign_keys")), 1);
}

TEST(SqliteTest, MigrationsRunOnceAndGoOnFromTheLast) {
  const TempDir dir;
  const std::string path = dir.File("state.db");
  std::vector<Migration> migrations = Notes();
  for (int round = 0; round < 2; ++round) {
    const auto database = OpenSqlite(path, migrations);
    ASSERT_TRUE(database.ok()) << database.status();
    ASSERT_TRUE(Add(**database, "kept").ok());
  }
  migrations.push_back({2, {"ALTER TABLE note ADD COLUMN author TEXT", "UPDATE note SET author = 'nobody'"}});
  const auto database = OpenSqlite(path, migrations);
  ASSERT_TRUE(database.ok()) << database.status();
  EXPECT_EQ(Count(**database), 2);
}

TEST(SqliteTest, FailedMigrationLeavesNothingBehind) {
  const TempDir dir;
  const std::string path = dir.File("state.db");
  std::vector<Migration> migrations = Notes();
  migrations.push_back({2, {"CREATE TABLE half (x TEXT)", "nonsense"}});
  const absl::Status status = OpenSqlite(path, migrations).status();
  EXPECT_EQ(ReasonOf(status), Reason::kStorageFailed);
  EXPECT_THAT(std::string(status.message()), HasSubstr("migration 2 of " + path));
  migrations.back().statements.back() = "CREATE TABLE other (x TEXT)";
  EXPECT_TRUE(OpenSqlite(path, migrations).ok());
}

TEST(SqliteTest, NewerSchemaIsRefused) {
  const TempDir dir;
  const std::string path = dir.File("state.db");
  std::vector<Migration> migrations = Notes();
  migrations.push_back({2, {"CREATE TABLE later (x TEXT)"}});
  ASSERT_TRUE(OpenSqlite(path, migrations).ok());
  const absl::Status status = OpenSqlite(path, Notes()).status();
  EXPECT_EQ(ReasonOf(status), Reason::kStateConflict);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path + ": has schema 2"));
}

TEST(SqliteTest, GapInTheMigrationsIsRefused) {
  const TempDir dir;
  EXPECT_EQ(ReasonOf(OpenSqlite(dir.File("state.db"), {{2, {"CREATE TABLE a (x TEXT)"}}}).status()),
            Reason::kInternal);
}

TEST(SqliteTest, WhatIsNoDatabaseIsNamed) {
  const TempDir dir;
  const auto text = [](const std::string& path) {
    const absl::Status status = OpenSqlite(path, Notes()).status();
    EXPECT_EQ(ReasonOf(status), Reason::kStorageFailed) << path;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path));
    return std::string(status.message());
  };
  EXPECT_THAT(text(dir.Write("text.db", std::string(5000, 'x'))), HasSubstr("not a database"));
  EXPECT_THAT(text(dir.path()), HasSubstr("not a regular file"));
  EXPECT_THAT(text(dir.File("missing/state.db")), HasSubstr("No such file or directory"));
  EXPECT_EQ(ReasonOf(OpenSqlite("", Notes()).status()), Reason::kStorageFailed);
}

TEST(SqliteTest, FullDatabaseIsAClearErrorAndTheNextWriteWorks) {
  const TempDir dir;
  const auto database = OpenSqlite(dir.File("state.db"), Notes());
  ASSERT_TRUE(database.ok());
  const auto limit = [&](int pages) {
    return (*database)->Write([&](Transaction& transaction) {
      return transaction.Query(absl::StrCat("PRAGMA max_page_count = ", pages), {}).status();
    });
  };
  ASSERT_TRUE(limit(10).ok());
  ASSERT_TRUE(Add(**database, "before").ok());
  const absl::Status full = Add(**database, std::string(100000, 'x'));
  EXPECT_EQ(ReasonOf(full), Reason::kStorageFailed);
  EXPECT_THAT(std::string(full.message()), HasSubstr("database or disk is full"));
  EXPECT_EQ(Count(**database), 1);
  EXPECT_TRUE(Add(**database, "small").ok());
  ASSERT_TRUE(limit(1000).ok());
  EXPECT_TRUE(Add(**database, std::string(100000, 'x')).ok());
  EXPECT_EQ(Count(**database), 3);
}

TEST(SqliteTest, WriteThatTheKernelRefusesIsAClearErrorAndTheNextWriteWorks) {
  const TempDir dir;
  const auto database = OpenSqlite(dir.File("state.db"), Notes());
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE(Add(**database, "before").ok());
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{64 * 1024, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status refused = Add(**database, std::string(1000000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(ReasonOf(refused), Reason::kStorageFailed) << refused;
  EXPECT_TRUE(Add(**database, std::string(1000000, 'x')).ok());
  EXPECT_EQ(Count(**database), 2);
}

TEST(SqliteTest, LockOfAnotherProgramIsAClearErrorAndTheNextWriteWorks) {
  const TempDir dir;
  const std::string path = dir.File("state.db");
  const auto database = OpenSqlite(path, Notes(), absl::Milliseconds(1));
  const auto other = OpenSqlite(path, Notes());
  ASSERT_TRUE(database.ok() && other.ok());
  const absl::Status outer = (*other)->Write([&](Transaction& transaction) {
    const absl::Status locked = Add(**database, "x");
    EXPECT_EQ(ReasonOf(locked), Reason::kStorageFailed);
    EXPECT_THAT(std::string(locked.message()), HasSubstr("locked"));
    EXPECT_EQ(Count(**database), 0);  // readers do not wait
    return transaction.Execute("INSERT INTO note (text) VALUES ('y')", {});
  });
  EXPECT_TRUE(outer.ok()) << outer;
  EXPECT_TRUE(Add(**database, "x").ok());
  EXPECT_EQ(Count(**database), 2);
}

// Root passes over file modes by its capabilities; without them it is a user like others.
class WithoutCapabilities {
 public:
  WithoutCapabilities() {
    EXPECT_EQ(syscall(SYS_capget, &header_, before_), 0);
    __user_cap_data_struct none[2] = {before_[0], before_[1]};
    none[0].effective = none[1].effective = 0;
    EXPECT_EQ(syscall(SYS_capset, &header_, none), 0);
  }
  ~WithoutCapabilities() { EXPECT_EQ(syscall(SYS_capset, &header_, before_), 0); }

 private:
  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct before_[2]{};
};

TEST(SqliteTest, FileThatMayNotBeWrittenIsAClearErrorAtOpening) {
  const TempDir dir;
  const std::string path = dir.File("state.db");
  ASSERT_TRUE(OpenSqlite(path, Notes()).ok());
  ASSERT_EQ(chmod(path.c_str(), 0400), 0);
  const WithoutCapabilities user;
  const absl::Status status = OpenSqlite(path, Notes()).status();
  EXPECT_EQ(ReasonOf(status), Reason::kStorageFailed);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path + ": the file may not be written to"));
}

TEST(SqliteTest, TriggersSeeWhatIsReplaced) {
  const TempDir dir;
  const std::vector<Migration> guarded = {
      {1,
       {"CREATE TABLE note (text TEXT PRIMARY KEY)",
        "CREATE TRIGGER keep BEFORE DELETE ON note BEGIN SELECT RAISE(ABORT, 'is kept'); END"}}};
  const auto database = OpenSqlite(dir.File("state.db"), guarded);
  ASSERT_TRUE(database.ok()) << database.status();
  ASSERT_TRUE(Add(**database, "x").ok());
  const absl::Status replaced = (*database)->Write([](Transaction& transaction) {
    return transaction.Execute("INSERT OR REPLACE INTO note (text) VALUES ('x')", {});
  });
  EXPECT_EQ(ReasonOf(replaced), Reason::kStorageFailed);
  EXPECT_THAT(std::string(replaced.message()), HasSubstr("is kept"));
}

TEST(SqliteTest, FileThatMayNoLongerBeWrittenIsStillRead) {
  const TempDir dir;
  const std::string path = dir.File("state.db");
  const auto database = OpenSqlite(path, Notes());
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE(Add(**database, "before").ok());
  ASSERT_EQ(chmod(path.c_str(), 0400), 0);
  const WithoutCapabilities user;
  EXPECT_EQ(Count(**database), 1);  // by a reader that is opened only now
}

}  // namespace
}  // namespace sti::store
