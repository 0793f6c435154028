#include "common/store/postgres_database.h"

#include <gmock/gmock.h>

#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/database_contract_test.h"
#include "common/testing/postgres_server.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"

namespace sti::store {

using ::sti::testing::PostgresServer;
using ::sti::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

// One for all tests, stopped at the end of the program.
PostgresServer& Server() {
  static PostgresServer server;
  return server;
}

PostgresOptions OptionsFor(const std::string& database) {
  PostgresOptions options;
  options.host = Server().host();
  options.database = database;
  options.user = "app";
  return options;
}

void Cut(const std::string& database) {
  Server().Sql(absl::StrCat("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '",
                            database, "' AND pid <> pg_backend_pid()"));
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Postgres, DatabaseContract, ::testing::Values(+[] {
                           const std::string name = Server().NewDatabase();
                           return DatabasePlace{[name](const std::vector<Migration>& migrations) {
                                                  return OpenPostgres(OptionsFor(name), migrations);
                                                },
                                                [name] { Cut(name); },
                                                [] {
                                                  Server().Stop();
                                                  Server().Start();
                                                }};
                         }));

namespace {

class PostgresTest : public ::testing::Test {
 protected:
  static const std::vector<Migration>& Notes() {
    static const auto* const migrations =
        new std::vector<Migration>{{1, {"CREATE TABLE note (id BIGINT PRIMARY KEY, text TEXT)"}}};
    return *migrations;
  }
  std::unique_ptr<Database> Open() {
    auto database = OpenPostgres(options_, Notes());
    EXPECT_TRUE(database.ok()) << database.status();
    return *std::move(database);
  }
  // What opening says when it fails.
  std::string Refusal(const PostgresOptions& options) {
    const absl::Status status = OpenPostgres(options, Notes()).status();
    EXPECT_EQ(ReasonOf(status), Reason::kStorageFailed) << status;
    return std::string(status.message());
  }
  static absl::Status Add(Database& database, int64_t id, const std::string& text = "x") {
    return database.Write([&](Transaction& transaction) {
      return transaction.Execute("INSERT INTO note (id, text) VALUES (?1, ?2)", {id, text});
    });
  }
  static absl::StatusOr<std::string> Ask(Database& database, const std::string& sql) {
    std::string text;
    STI_RETURN_IF_ERROR(database.Read([&](Transaction& transaction) -> absl::Status {
      STI_ASSIGN_OR_RETURN(const auto rows, transaction.Query(sql, {}));
      text = AsText(rows.at(0).at(0));
      return absl::OkStatus();
    }));
    return text;
  }
  std::string Count() const { return Server().Sql("SELECT COUNT(*) FROM note", name_); }
  // Until a session of this database waits for `event`.
  void AwaitWaiting(const std::string& event) const {
    while (Server().Sql(absl::StrCat("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '", name_,
                                     "' AND wait_event = '", event, "'")) == "0\n") {
      absl::SleepFor(absl::Milliseconds(10));  // lint-ok: the condition is the server's
    }
  }

  const std::string name_ = Server().NewDatabase();
  PostgresOptions options_ = OptionsFor(name_);
  const TempDir dir_;
};

TEST_F(PostgresTest, CommitThatHappenedThoughTheConnectionBrokeIsOk) {
  const auto database = Open();
  // The commit is on disk and then waits for a standby that never comes.
  Server().Sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  Server().Sql("SELECT pg_reload_conf()");
  absl::Status added;
  std::thread writer([&] { added = Add(*database, 1); });
  AwaitWaiting("SyncRep");
  Server().Sql("ALTER SYSTEM RESET synchronous_standby_names");
  Cut(name_);
  Server().Sql("SELECT pg_reload_conf()");
  writer.join();
  EXPECT_TRUE(added.ok()) << added;
  EXPECT_EQ(Count(), "1\n");
  EXPECT_EQ(ReasonOf(Add(*database, 1)), Reason::kAlreadyExists);
}

TEST_F(PostgresTest, CommitThatDidNotHappenIsTriedAgain) {
  const auto database = Open();
  // A check at commit that sleeps, once.
  Server().Sql(
      "CREATE TABLE slow (once BOOLEAN); INSERT INTO slow VALUES (true); GRANT ALL ON slow TO app;"
      "CREATE FUNCTION sleep_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " IF (SELECT once FROM slow) THEN PERFORM pg_sleep(60); END IF; RETURN NULL; END $$;"
      "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON note DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
      " EXECUTE FUNCTION sleep_at_commit()",
      name_);
  absl::Status added;
  std::thread writer([&] { added = Add(*database, 1); });
  AwaitWaiting("PgSleep");
  Server().Sql("UPDATE slow SET once = false", name_);
  Cut(name_);
  writer.join();
  EXPECT_TRUE(added.ok()) << added;
  EXPECT_EQ(Count(), "1\n");
}

// A server that crashes forgets the transaction ids that are not in its log yet, and gives them out again.
TEST_F(PostgresTest, CommitOfAnotherUnderTheSameTransactionIdIsNotTakenForOurs) {
  const auto database = Open();
  // A check at commit that sleeps until the server is another one.
  Server().Sql(
      "CREATE TABLE born AS SELECT pg_postmaster_start_time() AS at; GRANT ALL ON born TO app;"
      "CREATE FUNCTION sleep_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " IF (SELECT at FROM born) = pg_postmaster_start_time() THEN PERFORM pg_sleep(60); END IF;"
      " RETURN NULL; END $$;"
      "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON note DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
      " EXECUTE FUNCTION sleep_at_commit()",
      name_);
  // So that nothing writes the log out meanwhile.
  Server().Sql("ALTER SYSTEM SET wal_writer_delay = '10s'");
  Server().Sql("SELECT pg_reload_conf()");
  absl::Status added;
  std::thread writer([&] { added = Add(*database, 1); });
  AwaitWaiting("PgSleep");
  Server().Stop(PostgresServer::How::kImmediate);
  Server().Start();
  // Each is a committed transaction of somebody else; one of them has the id that was forgotten.
  for (int i = 0; i < 5; ++i) Server().Sql("SELECT pg_current_xact_id()", name_);
  writer.join();
  Server().Sql("ALTER SYSTEM RESET wal_writer_delay");
  Server().Sql("SELECT pg_reload_conf()");
  EXPECT_TRUE(added.ok()) << added;
  EXPECT_EQ(Count(), "1\n");
}

TEST_F(PostgresTest, WriterHasOneRowOfMarksAndAWriteThatWritesNothingMarksNothing) {
  const auto database = Open();
  const std::string marks = "SELECT COUNT(*) || ' ' || COALESCE(MAX(number), 0) FROM last_commits";
  const auto nothing = [](Transaction& transaction) { return transaction.Query("SELECT 1", {}).status(); };
  ASSERT_TRUE(database->Write(nothing).ok());
  EXPECT_EQ(Server().Sql(marks, name_), "0 0\n");
  ASSERT_TRUE(Add(*database, 1).ok());
  ASSERT_TRUE(database->Write(nothing).ok());
  ASSERT_TRUE(Add(*database, 2).ok());
  EXPECT_EQ(Server().Sql(marks, name_), "1 4\n");
}

TEST_F(PostgresTest, MarksOfWritersThatAreLongGoneAreDroppedAtTheNextStart) {
  const auto database = Open();
  ASSERT_TRUE(Add(*database, 1).ok());
  Server().Sql(
      "INSERT INTO last_commits VALUES ('a', 7, now() - INTERVAL '31 days'),"
      " ('b', 7, now() - INTERVAL '29 days')",
      name_);
  const auto next = Open();
  EXPECT_EQ(Server().Sql("SELECT COUNT(*) FROM last_commits WHERE writer IN ('a', 'b')", name_), "1\n");
  // Also of a writer that lives: it makes a new one.
  Server().Sql("DELETE FROM last_commits", name_);
  EXPECT_TRUE(Add(*database, 2).ok());
  EXPECT_EQ(Server().Sql("SELECT number FROM last_commits", name_), "2\n");
}

TEST_F(PostgresTest, DatabaseFromBeforeTheMarksGetsTheirTable) {
  ASSERT_TRUE(Add(*Open(), 1).ok());
  Server().Sql("DROP TABLE last_commits", name_);
  EXPECT_TRUE(Add(*Open(), 2).ok());
  EXPECT_EQ(Count(), "2\n");
}

TEST_F(PostgresTest, WriteThatCannotBeMarkedIsUndoneAndTheNextOneWorks) {
  // Found before the server's own.
  Server().Sql(
      "CREATE FUNCTION public.pg_current_xact_id_if_assigned() RETURNS xid8 LANGUAGE plpgsql AS"
      " $$ BEGIN RAISE 'not now'; END $$",
      name_);
  Server().Sql(absl::StrCat("ALTER DATABASE ", name_, " SET search_path = public, pg_catalog"));
  const auto database = Open();
  const absl::Status failed = Add(*database, 1);
  EXPECT_EQ(ReasonOf(failed), Reason::kStorageFailed) << failed;
  Server().Sql("DROP FUNCTION public.pg_current_xact_id_if_assigned()", name_);
  const absl::Status added = Add(*database, 2);
  EXPECT_TRUE(added.ok()) << added;
  EXPECT_EQ(Count(), "1\n");
}

TEST_F(PostgresTest, BodyThatCollidesWithAnOutsiderRunsAgain) {
  const auto database = Open();
  ASSERT_TRUE(Add(*database, 1, "a").ok());
  int runs = 0;
  const absl::Status status = database->Write([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const auto rows, transaction.Query("SELECT text FROM note", {}));
    if (++runs == 1) Server().Sql("UPDATE note SET text = text || 'b'", name_);
    return transaction.Execute("UPDATE note SET text = ?1", {AsText(rows.at(0).at(0)) + "c"});
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(*Ask(*database, "SELECT text FROM note"), "abc");
}

TEST_F(PostgresTest, BodyThatCollidesEveryTimeFailsInTheEnd) {
  const auto database = Open();
  ASSERT_TRUE(Add(*database, 1, "a").ok());
  int runs = 0;
  const absl::Status status = database->Write([&](Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(transaction.Query("SELECT text FROM note", {}).status());
    ++runs;
    Server().Sql("UPDATE note SET text = text || 'b'", name_);
    return transaction.Execute("UPDATE note SET text = 'mine'", {});
  });
  EXPECT_EQ(ReasonOf(status), Reason::kStorageFailed);
  EXPECT_THAT(std::string(status.message()), HasSubstr("40001"));
  EXPECT_EQ(runs, 4);
  EXPECT_TRUE(Add(*database, 2).ok());
}

TEST_F(PostgresTest, WriterOfAnotherProgramThatTakesTooLongIsAClearErrorAndTheNextWriteWorks) {
  options_.lock_timeout = absl::Milliseconds(100);
  const auto database = Open();
  const auto other = Open();
  const absl::Status outer = other->Write([&](Transaction& transaction) {
    const absl::Status locked = Add(*database, 1);
    EXPECT_EQ(ReasonOf(locked), Reason::kStorageFailed);
    EXPECT_THAT(std::string(locked.message()), HasSubstr("lock timeout"));
    EXPECT_EQ(*Ask(*database, "SELECT 'readers do not wait'"), "readers do not wait");
    return transaction.Execute("INSERT INTO note (id) VALUES (2)", {});
  });
  EXPECT_TRUE(outer.ok()) << outer;
  EXPECT_TRUE(Add(*database, 1).ok());
}

TEST_F(PostgresTest, StatementThatTakesTooLongIsEnded) {
  options_.statement_timeout = absl::Milliseconds(200);
  const auto database = Open();
  const absl::Status slow = Ask(*database, "SELECT CAST(pg_sleep(60) AS TEXT)").status();
  EXPECT_EQ(ReasonOf(slow), Reason::kStorageFailed);
  EXPECT_THAT(std::string(slow.message()), HasSubstr("statement timeout"));
  EXPECT_TRUE(Add(*database, 1).ok());
}

TEST_F(PostgresTest, ServerThatStandsStillHoldsNobodyForever) {
  options_.statement_timeout = absl::Milliseconds(200);
  const auto database = Open();
  ASSERT_TRUE(Add(*database, 1).ok());
  Server().Pause(true);
  const absl::Status stuck = Add(*database, 2);
  Server().Pause(false);
  EXPECT_EQ(ReasonOf(stuck), Reason::kStorageFailed);
  EXPECT_THAT(std::string(stuck.message()), HasSubstr("no answer within"));
  EXPECT_TRUE(Add(*database, 2).ok());
}

TEST_F(PostgresTest, ServerThatIsAwayIsAClearErrorUntilItIsBack) {
  const auto database = Open();
  ASSERT_TRUE(Add(*database, 1).ok());
  Server().Stop();
  const absl::Status write = Add(*database, 2);
  const absl::Status read = Ask(*database, "SELECT 'x'").status();
  const std::string opening = Refusal(options_);
  Server().Start();
  for (const std::string& text : {std::string(write.message()), std::string(read.message()), opening}) {
    EXPECT_THAT(text, AllOf(HasSubstr(name_), HasSubstr("Is the server running")));
  }
  EXPECT_EQ(ReasonOf(write), Reason::kStorageFailed);
  EXPECT_EQ(ReasonOf(read), Reason::kStorageFailed);
  EXPECT_TRUE(Add(*database, 2).ok());
  EXPECT_EQ(Count(), "2\n");
}

TEST_F(PostgresTest, ReadOnlyDatabaseIsAClearErrorAndRecoversByItself) {
  const auto database = Open();
  const auto set = [&](const std::string& how) {
    Server().Sql(absl::StrCat("ALTER DATABASE ", name_, " ", how));
    Cut(name_);
  };
  set("SET default_transaction_read_only = on");
  const absl::Status refused = Add(*database, 1);
  EXPECT_EQ(ReasonOf(refused), Reason::kStorageFailed);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("read-only transaction"));
  EXPECT_TRUE(Ask(*database, "SELECT 'x'").ok());
  set("RESET default_transaction_read_only");
  EXPECT_TRUE(Add(*database, 1).ok());
}

TEST_F(PostgresTest, FullDiskIsAClearErrorAndTheNextWriteWorks) {
  const auto database = Open();
  ASSERT_TRUE(Add(*database, 1).ok());
  // The server's sessions may write files of 17 MB: the log's segments have 16.
  const auto limit = [&](const std::string& size) { Server().LimitFileSize(name_, size); };
  limit("17000000");
  std::string large;
  uint32_t state = 1;
  while (large.size() < 30'000'000) absl::StrAppend(&large, (state = state * 1664525 + 1013904223));
  const absl::Status full = Add(*database, 2, large);
  EXPECT_EQ(ReasonOf(full), Reason::kStorageFailed) << full;
  EXPECT_THAT(std::string(full.message()), HasSubstr("could not extend file"));
  EXPECT_TRUE(Add(*database, 3).ok());
  limit("unlimited");
  EXPECT_TRUE(Add(*database, 2, large).ok());
  EXPECT_EQ(Count(), "3\n");
}

TEST_F(PostgresTest, MoreReadersThanConnectionsWaitAndThenAreToldWhy) {
  options_.connections = 2;
  options_.lock_timeout = absl::Milliseconds(100);
  const auto database = Open();
  const absl::Status outer = database->Read([&](Transaction&) {
    const absl::Status second = Ask(*database, "SELECT 'x'").status();
    EXPECT_EQ(ReasonOf(second), Reason::kStorageFailed);
    EXPECT_THAT(std::string(second.message()), HasSubstr("connections for readers are in use"));
    return absl::OkStatus();
  });
  EXPECT_TRUE(outer.ok()) << outer;
  EXPECT_TRUE(Ask(*database, "SELECT 'x'").ok());
}

TEST_F(PostgresTest, PasswordComesFromAFileThatOnlyTheOwnerReadsAndIsNeverSaid) {
  options_.user = "secured";
  EXPECT_THAT(Refusal(options_), HasSubstr("password"));
  options_.password_file = dir_.Write("wrong", "hunter2\n");
  EXPECT_THAT(Refusal(options_),
              AllOf(HasSubstr("password authentication failed"), Not(HasSubstr("hunter2"))));
  options_.password_file = dir_.Write("open", "open sesame\n", 0640);
  EXPECT_EQ(ReasonOf(OpenPostgres(options_, Notes()).status()), Reason::kKeyPermissions);
  options_.password_file = dir_.Write("right", "open sesame\n");
  EXPECT_TRUE(OpenPostgres(options_, Notes()).ok());
}

TEST_F(PostgresTest, PasswordFileThatIsNoneIsNamed) {
  for (const std::string& path :
       {dir_.File("missing"), dir_.Write("empty", ""), dir_.Write("newline", "\n"),
        dir_.Write("two", "a\nb\n"), dir_.Write("long", std::string(1025, 'x')), dir_.path()}) {
    options_.password_file = path;
    const absl::Status status = OpenPostgres(options_, Notes()).status();
    EXPECT_FALSE(status.ok()) << path;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path));
  }
}

TEST_F(PostgresTest, SessionsCommitToDiskWhateverTheServersDefault) {
  Server().Sql("ALTER ROLE app SET synchronous_commit = off");
  const auto weak = Open();
  const auto found = Ask(*weak, "SELECT current_setting('synchronous_commit')");
  Server().Sql("ALTER ROLE app SET synchronous_commit = remote_apply");
  const auto strong = Ask(*Open(), "SELECT current_setting('synchronous_commit')");
  Server().Sql("ALTER ROLE app RESET synchronous_commit");
  EXPECT_EQ(*found, "on");
  EXPECT_EQ(*strong, "remote_apply");
}

TEST_F(PostgresTest, ServerWhoseCommitsAreNotDurableIsRefused) {
  Server().Sql("ALTER SYSTEM SET fsync = off");
  Server().Sql("SELECT pg_reload_conf()");
  std::string refusal;
  do {
    absl::SleepFor(absl::Milliseconds(10));  // lint-ok: as above
  } while (Server().Sql("SHOW fsync") != "off\n");
  refusal = Refusal(options_);
  Server().Sql("ALTER SYSTEM RESET fsync");
  Server().Sql("SELECT pg_reload_conf()");
  EXPECT_THAT(refusal, HasSubstr("fsync"));
  while (Server().Sql("SHOW fsync") != "on\n") {
    absl::SleepFor(absl::Milliseconds(10));  // lint-ok: as above
  }
}

TEST_F(PostgresTest, DatabaseOfAnotherEncodingOrNoneIsRefused) {
  Server().Sql("CREATE DATABASE ascii OWNER app ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
  EXPECT_THAT(Refusal(OptionsFor("ascii")), HasSubstr("SQL_ASCII"));
  EXPECT_THAT(Refusal(OptionsFor("nowhere")), HasSubstr("does not exist"));
  PostgresOptions elsewhere = options_;
  elsewhere.host = "/nonexistent";
  EXPECT_THAT(Refusal(elsewhere), HasSubstr("No such file or directory"));
}

TEST_F(PostgresTest, TextThatTheServerCannotKeepIsRefusedAndNotCutOff) {
  const auto database = Open();
  // Whoever sent it is to blame: the database is well.
  EXPECT_EQ(ReasonOf(Add(*database, 1, std::string("a\0b", 3))), Reason::kInvalidField);
  EXPECT_EQ(ReasonOf(Add(*database, 1, "\xff")), Reason::kInvalidField);
  EXPECT_EQ(Count(), "0\n");
}

TEST_F(PostgresTest, ErrorsDoNotShowTheRow) {
  const auto database = Open();
  ASSERT_TRUE(Add(*database, 4711).ok());
  const absl::Status status = Add(*database, 4711);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("note_pkey"), Not(HasSubstr("4711"))));
}

}  // namespace
}  // namespace sti::store
