#include "common/admin/database_watch.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/scratch_database.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::admin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kLacks[] = "a database that can be written to";

class DatabaseWatchTest : public ::testing::Test {
 protected:
  // Owned by the watch; its own database is the test's.
  class Passing final : public store::Database {
   public:
    Passing(store::Database& database, std::function<void()>& meanwhile)
        : database_(database), meanwhile_(meanwhile) {}
    absl::Status Write(const std::function<absl::Status(store::Transaction&)>& body) override {
      if (meanwhile_) std::exchange(meanwhile_, nullptr)();
      return database_.Write(body);
    }
    absl::Status Read(const std::function<absl::Status(store::Transaction&)>& body) override {
      return database_.Read(body);
    }

   private:
    store::Database& database_;
    std::function<void()>& meanwhile_;
  };

  absl::Status Insert() {
    return watch_.Write([](store::Transaction& transaction) {
      return transaction.Execute("INSERT INTO things (name) VALUES ('a')", {});
    });
  }

  testing::TempDir dir_;
  const std::unique_ptr<store::Database> real_ =
      testing::OpenScratchDatabase(dir_, {{1, {"CREATE TABLE things (name TEXT PRIMARY KEY)"}}});
  testing::FailingDatabase failing_{*real_};
  testing::FakeClock clock_{absl::FromUnixSeconds(1750000000)};
  std::function<void()> during_next_write_;
  DatabaseWatch watch_{std::make_unique<Passing>(failing_, during_next_write_), clock_};
};

TEST_F(DatabaseWatchTest, LacksNothingWhileAllGoesWell) {
  EXPECT_THAT(watch_.Lacking(), IsEmpty());
  watch_.Look();
  EXPECT_TRUE(Insert().ok());
  // What the body refuses is no trouble of the database's.
  EXPECT_EQ(ReasonOf(Insert()), Reason::kAlreadyExists);
  EXPECT_THAT(watch_.Lacking(), IsEmpty());
}

TEST_F(DatabaseWatchTest, AnybodysFailureIsTroubleUntilTenQuietSecondsAreOver) {
  failing_.FailWrite(1);
  EXPECT_EQ(ReasonOf(Insert()), Reason::kStorageFailed);
  EXPECT_THAT(watch_.Lacking(), ElementsAre(kLacks));
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(watch_.Lacking(), ElementsAre(kLacks)) << "nobody has looked whether it is over";
  watch_.Look();
  EXPECT_THAT(watch_.Lacking(), IsEmpty());
  failing_.FailWrite(1);
  EXPECT_FALSE(Insert().ok());
  clock_.Advance(absl::Seconds(10) - absl::Milliseconds(1));
  watch_.Look();
  EXPECT_THAT(watch_.Lacking(), ElementsAre(kLacks)) << "small writes may pass";
  clock_.Advance(absl::Milliseconds(1));
  watch_.Look();
  EXPECT_THAT(watch_.Lacking(), IsEmpty());
}

TEST_F(DatabaseWatchTest, ReadsCountAndItsOwnLookCounts) {
  failing_.FailReads(true);
  EXPECT_FALSE(watch_.Read([](store::Transaction&) { return absl::OkStatus(); }).ok());
  EXPECT_THAT(watch_.Lacking(), ElementsAre(kLacks));
  failing_.FailReads(false);
  clock_.Advance(absl::Seconds(10));
  watch_.Look();
  EXPECT_THAT(watch_.Lacking(), IsEmpty());
  failing_.FailWrite(1);
  watch_.Look();
  EXPECT_THAT(watch_.Lacking(), ElementsAre(kLacks));
}

TEST_F(DatabaseWatchTest, LookThatSucceedsHidesNoFailureBesideIt) {
  failing_.FailWrite(1);
  EXPECT_FALSE(Insert().ok());
  clock_.Advance(absl::Seconds(10));
  failing_.FailReads(true);
  during_next_write_ = [this] {
    EXPECT_FALSE(watch_.Read([](store::Transaction&) { return absl::OkStatus(); }).ok());
  };
  watch_.Look();
  EXPECT_THAT(watch_.Lacking(), ElementsAre(kLacks));
}

TEST_F(DatabaseWatchTest, ClockThatWasSetBackDoesNotKeepTheTrouble) {
  failing_.FailWrite(1);
  EXPECT_FALSE(Insert().ok());
  clock_.Advance(-absl::Hours(24));
  watch_.Look();
  EXPECT_THAT(watch_.Lacking(), IsEmpty());
}

TEST_F(DatabaseWatchTest, LookIsAWriteThatChangesNothing) {
  int64_t rows = 0;
  const auto versions = [&](store::Transaction& transaction) -> absl::Status {
    const auto found = transaction.Query("SELECT version FROM schema_migrations", {});
    rows = found.ok() ? static_cast<int64_t>(found->size()) : -1;
    return found.status();
  };
  watch_.Look();
  ASSERT_TRUE(real_->Read(versions).ok());
  EXPECT_EQ(rows, 1);
  // A query-only connection refuses it: it does write.
  EXPECT_FALSE(real_
                   ->Read([](store::Transaction& transaction) {
                     return transaction.Execute(
                         "UPDATE schema_migrations SET version = version WHERE version = 1", {});
                   })
                   .ok());
}

TEST_F(DatabaseWatchTest, BackgroundTellsOfEveryChange) {
  Mutex mutex;
  int changes = 0;
  failing_.FailWrite(1);
  watch_.Start([&] {
    MutexLock lock(mutex);
    ++changes;
  });
  const auto await = [&](int count) {
    for (;; absl::SleepFor(absl::Milliseconds(5))) {  // lint-ok: another thread's turn
      MutexLock lock(mutex);
      if (changes >= count) return;
    }
  };
  await(1);
  EXPECT_THAT(watch_.Lacking(), ElementsAre(kLacks));
  clock_.Advance(absl::Seconds(10));
  await(2);
  EXPECT_THAT(watch_.Lacking(), IsEmpty());
  watch_.Stop();
}

}  // namespace
}  // namespace sti::admin
