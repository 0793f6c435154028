#include "common/store/sqlite_backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/database.h"
#include "common/testing/temp_dir.h"

namespace sti::store {
namespace {

using ::sti::testing::TempDir;
using ::testing::HasSubstr;

// Two tables that go in step: a copy of the middle of a transaction would show.
const std::vector<Migration>& Ledger() {
  static const auto* const migrations = new std::vector<Migration>{
      {1, {"CREATE TABLE entry (seq BIGINT PRIMARY KEY, text TEXT)", "CREATE TABLE total (entries BIGINT)"}},
      {2, {"INSERT INTO total (entries) VALUES (0)"}}};
  return *migrations;
}

absl::Status Add(Database& database, const std::string& text = std::string(2000, 'x')) {
  return database.Write([&](Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(transaction.Execute(
        "INSERT INTO entry (seq, text) SELECT COALESCE(MAX(seq), 0) + 1, ?1 FROM entry", {text}));
    return transaction.Execute("UPDATE total SET entries = entries + 1", {});
  });
}

int64_t Number(Database& database, const std::string& sql) {
  int64_t number = -1;
  const absl::Status status = database.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const auto rows, transaction.Query(sql, {}));
    number = AsInt(rows.at(0).at(0));
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return number;
}

std::unique_ptr<Database> OpenLedger(const std::string& path) {
  auto database = OpenSqlite(path, Ledger());
  EXPECT_TRUE(database.ok()) << database.status();
  return *std::move(database);
}

TEST(SqliteBackupTest, CopiesMadeWhileAWriterWritesHoldAllThatWasAcknowledgedBeforeThem) {
  const TempDir dir;
  const auto live = OpenLedger(dir.File("live.sqlite"));
  std::atomic<int64_t> acknowledged{0};
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    while (!stop) {
      EXPECT_TRUE(Add(*live).ok());
      ++acknowledged;
    }
  });
  int64_t last = 0;
  for (int round = 0; round < 15; ++round) {
    while (acknowledged < last + 10) std::this_thread::yield();
    const int64_t before = acknowledged;
    const std::string copy = dir.File(absl::StrCat("copy-", round, ".sqlite"));
    const auto backup = BackUpSqlite(dir.File("live.sqlite"), copy);
    ASSERT_TRUE(backup.ok()) << backup.status();
    const int64_t after = acknowledged + 1;  // one may be committed and not counted yet
    const auto restored = OpenLedger(copy);
    const int64_t entries = Number(*restored, "SELECT COUNT(*) FROM entry");
    EXPECT_GE(entries, before);
    EXPECT_LE(entries, after);
    EXPECT_EQ(Number(*restored, "SELECT MAX(seq) FROM entry"), entries);
    EXPECT_EQ(Number(*restored, "SELECT entries FROM total"), entries);
    EXPECT_TRUE(Add(*restored).ok());  // what was restored goes on
    last = acknowledged;
  }
  stop = true;
  writer.join();
  EXPECT_EQ(Number(*live, "SELECT COUNT(*) FROM entry"), acknowledged);
}

TEST(SqliteBackupTest, CopyIsOneFileForTheOwnerOnly) {
  const TempDir dir;
  const auto live = OpenLedger(dir.File("live.sqlite"));
  ASSERT_TRUE(Add(*live).ok());
  const mode_t before = umask(0);
  std::filesystem::create_directory(dir.File("backups"));
  const auto backup = BackUpSqlite(dir.File("live.sqlite"), dir.File("backups/copy"));
  umask(before);
  ASSERT_TRUE(backup.ok()) << backup.status();
  EXPECT_EQ(backup->schema, 2);
  struct stat about {};
  ASSERT_EQ(stat(dir.File("backups/copy").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600);
  EXPECT_EQ(about.st_size, backup->octets);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.File("backups"))) {
    ++files;
    EXPECT_EQ(entry.path().filename(), "copy");
  }
  EXPECT_EQ(files, 1);
}

TEST(SqliteBackupTest, NothingIsOverwritten) {
  const TempDir dir;
  const auto live = OpenLedger(dir.File("live.sqlite"));
  dir.Write("copy", "precious");
  EXPECT_EQ(ReasonOf(BackUpSqlite(dir.File("live.sqlite"), dir.File("copy")).status()),
            Reason::kAlreadyExists);
  EXPECT_EQ(ReasonOf(BackUpSqlite(dir.File("live.sqlite"), dir.File("live.sqlite")).status()),
            Reason::kAlreadyExists);
  EXPECT_EQ(dir.Read("copy"), "precious");
}

TEST(SqliteBackupTest, WhatIsNoDatabaseOfADaemonIsNamedAndLeavesNothing) {
  const TempDir dir;
  const auto refused = [&](const std::string& file, Reason reason) {
    const absl::Status status = BackUpSqlite(file, dir.File("out/copy")).status();
    EXPECT_EQ(ReasonOf(status), reason) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(file));
    EXPECT_TRUE(std::filesystem::is_empty(dir.File("out")));
  };
  std::filesystem::create_directory(dir.File("out"));
  refused(dir.File("missing"), Reason::kNotFound);
  refused(dir.path(), Reason::kStorageFailed);
  refused(dir.Write("text", std::string(5000, 'x')), Reason::kStorageFailed);
  refused(dir.Write("empty", ""), Reason::kStorageFailed);
  const auto live = OpenLedger(dir.File("live.sqlite"));
  EXPECT_EQ(ReasonOf(BackUpSqlite(dir.File("live.sqlite"), dir.File("nowhere/copy")).status()),
            Reason::kStorageFailed);
}

TEST(SqliteBackupTest, DamagedDatabaseIsNotTakenForABackup) {
  const TempDir dir;
  {
    const auto live = OpenLedger(dir.File("live.sqlite"));
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(Add(*live).ok());
  }  // the last connection brings the WAL into the file
  std::string octets = dir.Read("live.sqlite");
  ASSERT_GT(octets.size(), 60'000U);
  for (size_t i = 40'000; i < 44'000; ++i) octets[i] = '\x5a';
  dir.Write("live.sqlite", octets);
  const absl::Status status = BackUpSqlite(dir.File("live.sqlite"), dir.File("copy")).status();
  EXPECT_EQ(ReasonOf(status), Reason::kStorageFailed);
  EXPECT_THAT(std::string(status.message()), HasSubstr("not sound"));
  EXPECT_FALSE(std::filesystem::exists(dir.File("copy")));
}

}  // namespace
}  // namespace sti::store
