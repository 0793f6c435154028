#include "common/store/observed_database.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/base/reason.h"
#include "common/testing/temp_dir.h"

namespace sti::store {
namespace {

struct Seen {
  DatabaseUse use;
  absl::Duration took;
  absl::Status status;
};

class ObservedDatabaseTest : public ::testing::Test {
 protected:
  ObservedDatabaseTest() {
    auto opened = OpenSqlite(dir_.File("x.sqlite"), {{1, {"CREATE TABLE note (id BIGINT PRIMARY KEY)"}}});
    EXPECT_TRUE(opened.ok()) << opened.status();
    database_ = ObserveDatabase(*std::move(opened),
                                [this](DatabaseUse use, absl::Duration took, const absl::Status& status) {
                                  seen_.push_back({use, took, status});
                                });
  }
  absl::Status Insert(int64_t id) {
    return database_->Write([id](Transaction& transaction) {
      return transaction.Execute("INSERT INTO note (id) VALUES (?1)", {id});
    });
  }

  const testing::TempDir dir_;
  std::vector<Seen> seen_;
  std::unique_ptr<Database> database_;
};

TEST_F(ObservedDatabaseTest, TellsOfEachUseOnceWithWhatTheCallerGot) {
  EXPECT_TRUE(Insert(1).ok());
  EXPECT_EQ(ReasonOf(Insert(1)), Reason::kAlreadyExists);
  int64_t rows = 0;
  const absl::Status read = database_->Read([&](Transaction& transaction) {
    const auto counted = transaction.Query("SELECT COUNT(*) FROM note", {});
    rows = counted.ok() ? AsInt(counted->at(0).at(0)) : -1;
    return counted.status();
  });
  EXPECT_TRUE(read.ok()) << read;
  EXPECT_EQ(rows, 1);
  ASSERT_EQ(seen_.size(), 3U);
  EXPECT_EQ(seen_[0].use, DatabaseUse::kWrite);
  EXPECT_TRUE(seen_[0].status.ok());
  EXPECT_EQ(seen_[1].use, DatabaseUse::kWrite);
  EXPECT_EQ(ReasonOf(seen_[1].status), Reason::kAlreadyExists);
  EXPECT_EQ(seen_[2].use, DatabaseUse::kRead);
  EXPECT_TRUE(seen_[2].status.ok());
}

TEST_F(ObservedDatabaseTest, TimeOfTheBodyCounts) {
  const auto slow = [](Transaction&) {
    absl::SleepFor(absl::Milliseconds(5));  // lint-ok: it is the time that is measured
    return absl::OkStatus();
  };
  EXPECT_TRUE(database_->Read(slow).ok());
  EXPECT_TRUE(database_->Write(slow).ok());
  ASSERT_EQ(seen_.size(), 2U);
  EXPECT_GE(seen_[0].took, absl::Milliseconds(5));  // lint-ok: at least as long as was slept
  EXPECT_GE(seen_[1].took, absl::Milliseconds(5));  // lint-ok: at least as long as was slept
}

}  // namespace
}  // namespace sti::store
