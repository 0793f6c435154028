// The part of the contract that takes two programs, lost connections or large values.
#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/database_contract_test.h"

namespace sti::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One value from one row.
absl::StatusOr<SqlValue> Ask(Database& database, const std::string& sql,
                             const std::vector<SqlValue>& with = {}) {
  SqlValue value;
  STI_RETURN_IF_ERROR(database.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const auto rows, transaction.Query(sql, with));
    value = rows.at(0).at(0);
    return absl::OkStatus();
  }));
  return value;
}

absl::Status Do(Database& database, const std::string& sql, const std::vector<SqlValue>& with = {}) {
  return database.Write([&](Transaction& transaction) { return transaction.Execute(sql, with); });
}

// Runs `job` in each thread with its number.
void InThreads(int count, const std::function<void(int)>& job) {
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) threads.emplace_back(job, t);
  for (std::thread& thread : threads) thread.join();
}

TEST_P(DatabaseContract, WhatTwoProgramsWantAtOnceOneOfThemGets) {
  constexpr int kThreads = 6, kNames = 25;
  const auto other = OpenAgain();
  std::atomic<int> got{0}, refused{0}, failed{0};
  InThreads(kThreads, [&](int t) {
    for (int i = 0; i < kNames; ++i) {
      const absl::Status status =
          InsertProvider(t % 2 == 0 ? database() : *other, t * kNames + i, absl::StrCat("jti-", i));
      ++(status.ok() ? got : ReasonOf(status) == Reason::kAlreadyExists ? refused : failed);
      EXPECT_TRUE(status.ok() || ReasonOf(status) == Reason::kAlreadyExists) << status;
    }
  });
  EXPECT_EQ(got, kNames);
  EXPECT_EQ(refused, (kThreads - 1) * kNames);
  EXPECT_EQ(failed, 0);
}

// What the daemons do to number their rows; it relies on writers coming one after the other.
TEST_P(DatabaseContract, NextNumbersOfTwoProgramsHaveNeitherGapsNorDoubles) {
  constexpr int kThreads = 4, kEach = 25;
  const auto other = OpenAgain();
  InThreads(kThreads, [&](int t) {
    for (int i = 0; i < kEach; ++i) {
      const absl::Status status =
          Do(t % 2 == 0 ? database() : *other,
             "INSERT INTO provider (id, name) SELECT COALESCE(MAX(id), 0) + 1, ?1 FROM provider",
             {absl::StrCat(t, "-", i)});
      EXPECT_TRUE(status.ok()) << status;
    }
  });
  EXPECT_EQ(AsInt(*Ask(database(), "SELECT COUNT(*) FROM provider")), kThreads * kEach);
  EXPECT_EQ(AsInt(*Ask(database(), "SELECT MAX(id) FROM provider")), kThreads * kEach);
}

// Read, decide, write: a lost update would let the sum fall short.
TEST_P(DatabaseContract, NoUpdateOfTwoProgramsIsLost) {
  constexpr int kThreads = 4, kEach = 20;
  const auto other = OpenAgain();
  ASSERT_TRUE(Do(database(), "INSERT INTO thing (number) VALUES (0)").ok());
  InThreads(kThreads, [&](int t) {
    for (int i = 0; i < kEach; ++i) {
      const absl::Status status =
          (t % 2 == 0 ? database() : *other).Write([](Transaction& transaction) -> absl::Status {
            STI_ASSIGN_OR_RETURN(const auto rows, transaction.Query("SELECT number FROM thing", {}));
            return transaction.Execute("UPDATE thing SET number = ?1", {AsInt(rows.at(0).at(0)) + 1});
          });
      EXPECT_TRUE(status.ok()) << status;
    }
  });
  EXPECT_EQ(AsInt(*Ask(database(), "SELECT number FROM thing")), kThreads * kEach);
}

TEST_P(DatabaseContract, ReadersNeverSeeHalfOfATransaction) {
  const auto other = OpenAgain();
  ASSERT_TRUE(Do(database(), "INSERT INTO thing (number, words) VALUES (50, 'a'), (50, 'b')").ok());
  std::atomic<bool> stop{false};
  std::atomic<int64_t> reads{0};
  std::thread writer([&] {
    // However slow the reader is, it reads more than once meanwhile.
    for (int64_t i = 0; i < 40 || reads < 2; ++i) {
      const absl::Status moved = other->Write([&](Transaction& transaction) -> absl::Status {
        STI_RETURN_IF_ERROR(
            transaction.Execute("UPDATE thing SET number = number - ?1 WHERE words = 'a'", {i}));
        return transaction.Execute("UPDATE thing SET number = number + ?1 WHERE words = 'b'", {i});
      });
      EXPECT_TRUE(moved.ok()) << moved;
    }
    stop = true;
  });
  do {
    int64_t a = 0, b = 0;
    const absl::Status read = database().Read([&](Transaction& transaction) -> absl::Status {
      STI_ASSIGN_OR_RETURN(const auto first,
                           transaction.Query("SELECT number FROM thing WHERE words = 'a'", {}));
      STI_ASSIGN_OR_RETURN(const auto second,
                           transaction.Query("SELECT number FROM thing WHERE words = 'b'", {}));
      a = AsInt(first.at(0).at(0));
      b = AsInt(second.at(0).at(0));
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    EXPECT_EQ(a + b, 100);
    ++reads;
  } while (!stop);
  writer.join();
  EXPECT_GT(reads, 1);
}

TEST_P(DatabaseContract, WhatOneProgramWroteAnotherReadsAtOnceAndAFailedBodyLeavesItNothing) {
  const auto other = OpenAgain();
  ASSERT_TRUE(Insert(1, "one").ok());
  EXPECT_EQ(AsText(*Ask(*other, "SELECT name FROM provider")), "one");
  const absl::Status undone = database().Write([&](Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(transaction.Execute("UPDATE provider SET name = 'half'", {}));
    EXPECT_EQ(AsText(*Ask(*other, "SELECT name FROM provider")), "one");
    return MakeError(Reason::kInvalidField, "no");
  });
  EXPECT_EQ(ReasonOf(undone), Reason::kInvalidField);
  EXPECT_EQ(AsText(*Ask(*other, "SELECT name FROM provider")), "one");
}

TEST_P(DatabaseContract, LargeValuesComeBackAsTheyWere) {
  std::string octets(5'000'000, '\0');
  uint32_t state = 1;
  for (char& octet : octets) octet = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  const std::string words(1'000'000, 'w');
  ASSERT_TRUE(
      Do(database(), "INSERT INTO thing (words, octets) VALUES (?1, ?2)", {words, Blob{octets}}).ok());
  EXPECT_TRUE(AsBlob(*Ask(database(), "SELECT octets FROM thing")) == octets);
  EXPECT_TRUE(AsText(*Ask(database(), "SELECT words FROM thing")) == words);
  EXPECT_EQ(AsInt(*Ask(database(), "SELECT COUNT(*) FROM thing WHERE octets = ?1", {Blob{octets}})), 1);
}

TEST_P(DatabaseContract, IntegersThatNoDoubleHoldsStayExact) {
  const int64_t odd = (int64_t{1} << 53) + 1;
  ASSERT_TRUE(Do(database(), "INSERT INTO thing (number) VALUES (?1), (?2)", {odd, -odd}).ok());
  EXPECT_EQ(AsInt(*Ask(database(), "SELECT MAX(number) FROM thing")), odd);
  EXPECT_EQ(AsInt(*Ask(database(), "SELECT number FROM thing WHERE number = ?1", {-odd})), -odd);
  EXPECT_EQ(AsInt(*Ask(database(), "SELECT COUNT(*) FROM thing WHERE number = ?1", {odd - 1})), 0);
  EXPECT_EQ(AsInt(*Ask(database(), "SELECT SUM(number) FROM thing WHERE number > 0")), odd);
}

TEST_P(DatabaseContract, NullIsNeitherZeroNorEmpty) {
  const SqlValue null = std::monostate{};
  ASSERT_TRUE(
      Do(database(), "INSERT INTO thing (number, words, octets) VALUES (?1, ?2, ?3)", {null, null, null})
          .ok());
  ASSERT_TRUE(Do(database(), "INSERT INTO thing (number, words, octets) VALUES (0, '', ?1)", {Blob{}}).ok());
  ASSERT_TRUE(Do(database(), "INSERT INTO thing (number, words, octets) SELECT ?1, ?2, ?3 FROM provider",
                 {null, null, null})
                  .ok());
  const auto count = [&](const std::string& where) {
    return AsInt(*Ask(database(), "SELECT COUNT(*) FROM thing WHERE " + where));
  };
  EXPECT_EQ(count("number IS NULL"), 1);
  EXPECT_EQ(count("words IS NULL"), 1);
  EXPECT_EQ(count("octets IS NULL"), 1);
  EXPECT_EQ(count("words = ''"), 1);
  EXPECT_EQ(count("number = 0"), 1);
  EXPECT_EQ(*Ask(database(), "SELECT MAX(number) FROM thing WHERE number > 9"), null);
}

// As the daemons filter their listings.
TEST_P(DatabaseContract, ParameterMayStandInSeveralPlaces) {
  ASSERT_TRUE(Insert(1, "one").ok());
  ASSERT_TRUE(Insert(2, "two").ok());
  const std::string sql = "SELECT COUNT(*) FROM provider WHERE id > ?2 AND (?1 = '' OR name = ?1)";
  EXPECT_EQ(AsInt(*Ask(database(), sql, {std::string(), int64_t{0}})), 2);
  EXPECT_EQ(AsInt(*Ask(database(), sql, {std::string("two"), int64_t{0}})), 1);
  EXPECT_EQ(AsInt(*Ask(database(), sql, {std::string("two"), int64_t{2}})), 0);
}

TEST_P(DatabaseContract, LostConnectionsAreReplacedWithoutAnybodyNoticing) {
  ASSERT_TRUE(Insert(1, "one").ok());
  EXPECT_THAT(Names(), ElementsAre("one"));
  place().cut();
  EXPECT_TRUE(Insert(2, "two").ok());
  place().cut();
  EXPECT_THAT(Names(), ElementsAre("one", "two"));
}

TEST_P(DatabaseContract, ConnectionLostInsideOfABodyLeavesNothingOfItTwice) {
  int runs = 0;
  const absl::Status status = database().Write([&](Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(transaction.Execute("INSERT INTO provider (id, name) VALUES (1, 'one')", {}));
    if (++runs == 1) place().cut();
    return transaction.Execute("INSERT INTO provider (id, name) VALUES (2, 'two')", {});
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(Names(), ElementsAre("one", "two"));
}

TEST_P(DatabaseContract, RestartBetweenCallsIsSurvived) {
  ASSERT_TRUE(Insert(1, "one").ok());
  EXPECT_THAT(Names(), ElementsAre("one"));
  place().restart();
  EXPECT_THAT(Names(), ElementsAre("one"));
  EXPECT_TRUE(Insert(2, "two").ok());
  EXPECT_THAT(Names(), ElementsAre("one", "two"));
}

TEST_P(DatabaseContract, ProgramsThatStartAtOnceMigrateOnce) {
  const DatabasePlace fresh = GetParam()();
  const std::vector<Migration> migrations = {
      {1, {"CREATE TABLE note (text TEXT)", "INSERT INTO note (text) VALUES ('first')"}},
      {2, {"ALTER TABLE note ADD COLUMN author TEXT", "INSERT INTO note (text) VALUES ('second')"}}};
  InThreads(4, [&](int) {
    const auto database = fresh.open(migrations);
    ASSERT_TRUE(database.ok()) << database.status();
    const auto notes = Ask(**database, "SELECT COUNT(*) FROM note");
    ASSERT_TRUE(notes.ok()) << notes.status();
    EXPECT_EQ(AsInt(*notes), 2);
  });
}

TEST_P(DatabaseContract, SchemaOfANewerProgramIsRefused) {
  const DatabasePlace fresh = GetParam()();
  std::vector<Migration> migrations = {{1, {"CREATE TABLE a (x TEXT)"}}, {2, {"CREATE TABLE b (x TEXT)"}}};
  ASSERT_TRUE(fresh.open(migrations).ok());
  migrations.pop_back();
  const absl::Status refused = fresh.open(migrations).status();
  EXPECT_EQ(ReasonOf(refused), Reason::kStateConflict);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("has schema 2, made by a newer program"));
}

TEST_P(DatabaseContract, FailedMigrationLeavesNothingBehind) {
  const DatabasePlace fresh = GetParam()();
  std::vector<Migration> migrations = {{1, {"CREATE TABLE a (x TEXT)"}},
                                       {2, {"CREATE TABLE b (x TEXT)", "nonsense"}}};
  const absl::Status failed = fresh.open(migrations).status();
  EXPECT_EQ(ReasonOf(failed), Reason::kStorageFailed);
  EXPECT_THAT(std::string(failed.message()), HasSubstr("migration 2"));
  migrations.back().statements.back() = "CREATE TABLE c (x TEXT)";
  EXPECT_TRUE(fresh.open(migrations).ok());
  EXPECT_EQ(ReasonOf(fresh.open({{2, {"CREATE TABLE d (x TEXT)"}}}).status()), Reason::kInternal);
}

}  // namespace
}  // namespace sti::store
