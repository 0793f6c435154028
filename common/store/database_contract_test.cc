#include "common/store/database_contract_test.h"

#include <gmock/gmock.h>

#include <atomic>
#include <limits>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::store {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace {

const std::vector<Migration>& Schema() {
  static const auto* const migrations = new std::vector<Migration>{
      {1,
       {"CREATE TABLE provider (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        "CREATE TABLE code (spc TEXT PRIMARY KEY, provider BIGINT NOT NULL REFERENCES provider (id))"}},
      {2, {"CREATE TABLE thing (number BIGINT, words TEXT, octets BLOB)"}},
  };
  return *migrations;
}

}  // namespace

absl::Status InsertProvider(Database& database, int64_t id, const std::string& name) {
  return database.Write([&](Transaction& transaction) {
    return transaction.Execute("INSERT INTO provider (id, name) VALUES (?1, ?2)", {id, name});
  });
}

DatabaseContract::DatabaseContract() : place_(GetParam()()), database_(OpenAgain()) {}

std::unique_ptr<Database> DatabaseContract::OpenAgain() {
  auto database = place_.open(Schema());
  EXPECT_TRUE(database.ok()) << database.status();
  return *std::move(database);
}

absl::Status DatabaseContract::Insert(int64_t id, const std::string& name) {
  return InsertProvider(database(), id, name);
}

std::vector<std::string> DatabaseContract::Names() {
  std::vector<std::string> names;
  const absl::Status status = database().Read([&](Transaction& transaction) -> absl::Status {
    names.clear();
    STI_ASSIGN_OR_RETURN(const auto rows, transaction.Query("SELECT name FROM provider ORDER BY id", {}));
    for (const SqlRow& row : rows) names.push_back(AsText(row.at(0)));
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return names;
}

namespace {

TEST_P(DatabaseContract, WhatIsWrittenIsRead) {
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_TRUE(Insert(1, "one").ok());
  EXPECT_TRUE(Insert(2, "two").ok());
  EXPECT_THAT(Names(), ElementsAre("one", "two"));
}

TEST_P(DatabaseContract, EveryTypeOfValueComesBackAsItWas) {
  const std::string all_octets = [] {
    std::string octets;
    for (int i = 0; i < 256; ++i) octets.push_back(static_cast<char>(i));
    return octets;
  }();
  const std::vector<SqlRow> in = {
      {int64_t{0}, std::string(), Blob{}},
      {std::numeric_limits<int64_t>::max(), std::string("\xc3\xbc'\";--"), Blob{all_octets}},
      {std::numeric_limits<int64_t>::min(), std::monostate{}, std::monostate{}},
  };
  std::vector<SqlRow> out;
  const absl::Status status = database().Write([&](Transaction& transaction) -> absl::Status {
    for (const SqlRow& row : in) {
      STI_RETURN_IF_ERROR(
          transaction.Execute("INSERT INTO thing (number, words, octets) VALUES (?1, ?2, ?3)", row));
    }
    STI_ASSIGN_OR_RETURN(out, transaction.Query("SELECT number, words, octets FROM thing", {}));
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(out, ::testing::UnorderedElementsAreArray(in));
}

TEST_P(DatabaseContract, ReadsOfAnotherTypeGiveNothing) {
  EXPECT_EQ(AsInt(std::string("7")), 0);
  EXPECT_EQ(AsText(int64_t{7}), "");
  EXPECT_EQ(AsBlob(std::string("x")), "");
  EXPECT_EQ(AsInt(std::monostate{}), 0);
}

TEST_P(DatabaseContract, ConflictOfPrimaryKeyOrUniqueIsAlreadyExists) {
  ASSERT_TRUE(Insert(1, "one").ok());
  EXPECT_EQ(ReasonOf(Insert(1, "other")), Reason::kAlreadyExists);
  EXPECT_EQ(ReasonOf(Insert(2, "one")), Reason::kAlreadyExists);
  EXPECT_TRUE(Insert(2, "two").ok());
}

TEST_P(DatabaseContract, OtherConstraintsAreStorageFailures) {
  const auto write = [&](const std::string& sql) {
    return ReasonOf(database().Write([&](Transaction& transaction) { return transaction.Execute(sql, {}); }));
  };
  EXPECT_EQ(write("INSERT INTO code (spc, provider) VALUES ('1234', 99)"), Reason::kStorageFailed);
  EXPECT_EQ(write("INSERT INTO provider (id, name) VALUES (1, NULL)"), Reason::kStorageFailed);
  EXPECT_EQ(write("INSERT INTO nonsense VALUES (1)"), Reason::kStorageFailed);
  EXPECT_EQ(write("this is no SQL"), Reason::kStorageFailed);
  EXPECT_TRUE(Insert(1, "one").ok());
}

TEST_P(DatabaseContract, ErrorOfTheBodyUndoesAllOfIt) {
  const absl::Status status = database().Write([&](Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(transaction.Execute("INSERT INTO provider (id, name) VALUES (1, 'one')", {}));
    return MakeError(Reason::kSpcNotAssigned, "spc", "not yours");
  });
  EXPECT_EQ(ReasonOf(status), Reason::kSpcNotAssigned);
  EXPECT_EQ(FieldOf(status), "spc");
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_P(DatabaseContract, FailedStatementCannotBeIgnored) {
  ASSERT_TRUE(Insert(1, "one").ok());
  const absl::Status status = database().Write([&](Transaction& transaction) {
    transaction.Execute("INSERT INTO provider (id, name) VALUES (2, 'two')", {}).IgnoreError();
    transaction.Execute("INSERT INTO provider (id, name) VALUES (1, 'again')", {}).IgnoreError();
    EXPECT_FALSE(transaction.Execute("INSERT INTO provider (id, name) VALUES (3, 'three')", {}).ok());
    return absl::OkStatus();
  });
  EXPECT_EQ(ReasonOf(status), Reason::kAlreadyExists);
  EXPECT_THAT(Names(), ElementsAre("one"));
}

TEST_P(DatabaseContract, RowsChangedAreCounted) {
  ASSERT_TRUE(Insert(1, "one").ok());
  ASSERT_TRUE(Insert(2, "two").ok());
  const absl::Status status = database().Write([&](Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(
        transaction.Execute("UPDATE provider SET name = name || '!' WHERE id > ?1", {int64_t{0}}));
    EXPECT_EQ(transaction.RowsChanged(), 2);
    STI_RETURN_IF_ERROR(transaction.Execute("DELETE FROM provider WHERE id = ?1", {int64_t{99}}));
    EXPECT_EQ(transaction.RowsChanged(), 0);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_P(DatabaseContract, WrongNumberOfParametersIsRefused) {
  const absl::Status status = database().Write([&](Transaction& transaction) {
    return transaction.Execute("INSERT INTO provider (id, name) VALUES (?1, ?2)", {int64_t{1}});
  });
  EXPECT_EQ(ReasonOf(status), Reason::kStorageFailed);
}

TEST_P(DatabaseContract, ReadCannotWrite) {
  const absl::Status status = database().Read([&](Transaction& transaction) {
    return transaction.Execute("INSERT INTO provider (id, name) VALUES (1, 'one')", {});
  });
  EXPECT_EQ(ReasonOf(status), Reason::kStorageFailed);
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_P(DatabaseContract, ReaderSeesOneStateWhileOthersWrite) {
  ASSERT_TRUE(Insert(1, "one").ok());
  const absl::Status status = database().Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const auto before, transaction.Query("SELECT id FROM provider", {}));
    absl::Status written;
    std::thread([&] { written = Insert(2, "two"); }).join();
    EXPECT_TRUE(written.ok()) << written;
    STI_ASSIGN_OR_RETURN(const auto after, transaction.Query("SELECT id FROM provider", {}));
    EXPECT_EQ(before, after);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(Names(), ElementsAre("one", "two"));
}

TEST_P(DatabaseContract, ManyThreadsReadAndWrite) {
  constexpr int kThreads = 8, kEach = 10;
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const int64_t id = t * kEach + i;
        if (!Insert(id, absl::StrCat(id)).ok()) ++failures;
        const absl::Status read = database().Read([&](Transaction& transaction) -> absl::Status {
          STI_ASSIGN_OR_RETURN(const auto rows,
                               transaction.Query("SELECT 1 FROM provider WHERE id = ?1", {id}));
          return rows.size() == 1 ? absl::OkStatus() : absl::InternalError("own write not seen");
        });
        if (!read.ok()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_THAT(Names(), SizeIs(kThreads * kEach));
}

TEST_P(DatabaseContract, WriteInsideOfAWriteIsRefused) {
  const absl::Status status = database().Write([&](Transaction&) { return Insert(1, "one"); });
  EXPECT_EQ(ReasonOf(status), Reason::kInternal);
  EXPECT_TRUE(Insert(1, "one").ok());
}

}  // namespace
}  // namespace sti::store
