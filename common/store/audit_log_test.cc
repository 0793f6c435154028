// The audit on a real database; with sti_on_postgres, on both engines.
#include "common/store/audit_log.h"

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/store/audit_chain.h"
#include "common/testing/scratch_database.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixMillis(1750000000123);
const Actor kAdmin{"admin", "request-1"};

AuditEvent Plain(const std::string& object) { return {"a", object, {}, "", ""}; }

class AuditLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> Open() { return testing::OpenScratchDatabase(dir_, {{1, AuditTables()}}); }
  absl::Status Append(const AuditEvent& event, absl::Time now = kNow, const Actor& actor = kAdmin) {
    return database_->Write(
        [&](Transaction& transaction) { return AppendAudit(transaction, actor, event, now); });
  }
  // Five events that differ in everything.
  void AppendFive() {
    for (int i = 1; i <= 5; ++i) {
      AuditEvent event{absl::StrCat("thing.do", i),
                       absl::StrCat("thing/", i),
                       {absl::StrCat("10", i), "777"},
                       absl::StrCat("{\"n\":", i - 1, "}"),
                       absl::StrCat("{\"n\":", i, "}")};
      if (i == 5) event.outcome = "PERMISSION_DENIED";
      ASSERT_TRUE(
          Append(event, kNow + absl::Seconds(i), {absl::StrCat("client", i), absl::StrCat("r", i)}).ok());
    }
  }
  std::vector<AuditRecord> List(const AuditFilter& filter = {}, int64_t after = 0, int64_t limit = 1000) {
    std::vector<AuditRecord> records;
    const absl::Status read = database_->Read([&](Transaction& transaction) -> absl::Status {
      STI_ASSIGN_OR_RETURN(records, ListAudit(transaction, filter, after, limit));
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    return records;
  }
  std::vector<int64_t> Seqs(const AuditFilter& filter = {}, int64_t after = 0, int64_t limit = 1000) {
    std::vector<int64_t> seqs;
    for (const AuditRecord& record : List(filter, after, limit)) seqs.push_back(record.seq);
    return seqs;
  }
  absl::Status Verify() {
    AuditChain chain;
    for (const AuditRecord& record : List()) STI_RETURN_IF_ERROR(chain.Add(record));
    return absl::OkStatus();
  }
  void Sql(const std::string& statement) {
    const absl::Status done =
        database_->Write([&](Transaction& transaction) { return transaction.Execute(statement, {}); });
    ASSERT_TRUE(done.ok()) << statement << ": " << done;
  }
  void ExpectBroken(const std::string& field, const std::string& after) {
    const absl::Status verified = Verify();
    EXPECT_EQ(ReasonOf(verified), Reason::kAuditBroken) << after;
    EXPECT_EQ(FieldOf(verified), field) << after << ": " << verified;
  }

  testing::TempDir dir_;
  std::unique_ptr<Database> database_ = Open();
};

TEST_F(AuditLogTest, EventsAreNumberedWithoutGapsAndComeBackAsTheyWere) {
  AppendFive();
  EXPECT_THAT(Seqs(), ElementsAre(1, 2, 3, 4, 5));
  const AuditRecord record = List()[1];
  EXPECT_EQ(record.time, kNow + absl::Seconds(2));
  EXPECT_EQ(record.actor.client, "client2");
  EXPECT_EQ(record.actor.request_id, "r2");
  EXPECT_EQ(record.event.action, "thing.do2");
  EXPECT_EQ(record.event.object, "thing/2");
  EXPECT_THAT(record.event.spcs, ElementsAre("102", "777"));
  EXPECT_EQ(record.event.before, "{\"n\":1}");
  EXPECT_EQ(record.event.after, "{\"n\":2}");
  EXPECT_EQ(record.event.outcome, "done");
  EXPECT_EQ(List()[4].event.outcome, "PERMISSION_DENIED");
  EXPECT_TRUE(Verify().ok()) << Verify();
}

TEST_F(AuditLogTest, GuardedDatabaseRefusesEveryChangeButAnotherEvent) {
  const testing::TempDir dir;
  database_ = testing::OpenScratchDatabase(dir, {{1, AuditTables()}, AuditGuards(2)});
  AppendFive();
  for (const char* change :
       {"UPDATE audit SET client = 'nobody' WHERE seq = 3", "UPDATE audit SET hash = hash",
        "DELETE FROM audit WHERE seq = 5", "DELETE FROM audit", "UPDATE audit_spcs SET spc = 'x'",
        "DELETE FROM audit_spcs WHERE seq = 1"}) {
    const absl::Status refused =
        database_->Write([&](Transaction& transaction) { return transaction.Execute(change, {}); });
    EXPECT_EQ(ReasonOf(refused), Reason::kStorageFailed) << change;
    EXPECT_NE(refused.message().find("the audit is append-only"), absl::string_view::npos) << refused;
  }
  EXPECT_THAT(Seqs(), ElementsAre(1, 2, 3, 4, 5));
  AuditFilter filter;
  filter.spc = "101";
  EXPECT_THAT(Seqs(filter), ElementsAre(1));
  EXPECT_TRUE(Append(Plain("thing/6")).ok());
  EXPECT_TRUE(Verify().ok()) << Verify();
}

// What is in the table when a program with the guards comes is guarded, too.
TEST_F(AuditLogTest, GuardsComeToATableThatHasEvents) {
  AppendFive();
  database_ = nullptr;
  database_ = testing::OpenScratchDatabase(dir_, {{1, AuditTables()}, AuditGuards(2)});
  EXPECT_FALSE(
      database_->Write([](Transaction& transaction) { return transaction.Execute("DELETE FROM audit", {}); })
          .ok());
  EXPECT_THAT(Seqs(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(AuditLogTest, PythonFindsTheSameHashes) {
  AppendFive();
  ASSERT_TRUE(Append({"", "", {}, "", "", ""}).ok());
  ASSERT_TRUE(Append({"näme.∂o", "1:2;3:", {"b", "a", "b"}, "\n\t\"", "{\"ö\":\"\"}"}).ok());
  codec::JsonArray events;
  for (const AuditRecord& record : List()) {
    events.emplace_back(codec::JsonObject{{"seq", record.seq},
                                          {"time_ms", absl::ToUnixMillis(record.time)},
                                          {"client", record.actor.client},
                                          {"request_id", record.actor.request_id},
                                          {"action", record.event.action},
                                          {"object", record.event.object},
                                          {"spcs", absl::StrJoin(record.event.spcs, ",")},
                                          {"before", record.event.before},
                                          {"after", record.event.after},
                                          {"outcome", record.event.outcome},
                                          {"hash", record.hash}});
  }
  const std::string file =
      dir_.Write("events.json", codec::CanonicalJson(codec::JsonValue(std::move(events))));
  const testing::Finished judged =
      testing::Run({"/usr/bin/python3", "common/store/testdata/check_audit_hashes.py", file});
  EXPECT_EQ(judged.exit_code, 0) << judged.err;
}

TEST_F(AuditLogTest, AChangeOfAnyOneColumnIsFound) {
  AppendFive();
  for (const std::string column : {"client", "request_id", "action", "object", "spcs", "before_state",
                                   "after_state", "outcome", "hash"}) {
    Sql("UPDATE audit SET " + column + " = " + column + " || ',' WHERE seq = 3");
    ExpectBroken("event 3", column + " with more");
    Sql("UPDATE audit SET " + column + " = substr(" + column + ", 1, length(" + column +
        ") - 1) WHERE seq = 3");
    ASSERT_TRUE(Verify().ok()) << column << " is as it was";
  }
  for (const char* time : {"time_ms = time_ms + 1", "time_ms = time_ms - 1", "time_ms = -time_ms"}) {
    Sql(absl::StrCat("UPDATE audit SET ", time, " WHERE seq = 3"));
    ExpectBroken("event 3", time);
    Sql(absl::StrCat("UPDATE audit SET time_ms = ", absl::ToUnixMillis(kNow + absl::Seconds(3)),
                     " WHERE seq = 3"));
  }
  Sql("UPDATE audit SET seq = 6 WHERE seq = 3");
  ExpectBroken("event 3", "seq");
  Sql("UPDATE audit SET seq = 3 WHERE seq = 6");
  EXPECT_TRUE(Verify().ok());
}

// The hash of a field moved into its neighbour must differ, too.
TEST_F(AuditLogTest, TextMovedFromOneColumnToTheNextIsFound) {
  AppendFive();
  Sql("UPDATE audit SET client = 'client', request_id = '3r3' WHERE seq = 3");
  ExpectBroken("event 3", "moved text");
}

TEST_F(AuditLogTest, ARemovedRowIsFound) {
  AppendFive();
  Sql("DELETE FROM audit WHERE seq = 3");
  ExpectBroken("event 3", "removed in the middle");
  Sql("UPDATE audit SET seq = seq - 1 WHERE seq = 4");
  ExpectBroken("event 3", "closed up");
}

TEST_F(AuditLogTest, ARemovedFirstRowIsFound) {
  AppendFive();
  Sql("DELETE FROM audit WHERE seq = 1");
  ExpectBroken("event 1", "removed at the beginning");
}

TEST_F(AuditLogTest, SwappedRowsAreFound) {
  AppendFive();
  Sql("UPDATE audit SET seq = 99 WHERE seq = 2");
  Sql("UPDATE audit SET seq = 2 WHERE seq = 3");
  Sql("UPDATE audit SET seq = 3 WHERE seq = 99");
  ExpectBroken("event 2", "swapped");
}

TEST_F(AuditLogTest, AnInsertedRowIsFound) {
  AppendFive();
  Sql("INSERT INTO audit SELECT 6, time_ms, client, request_id, action, object, spcs, before_state, "
      "after_state,"
      " outcome, hash FROM audit WHERE seq = 5");
  ExpectBroken("event 6", "inserted");
}

TEST_F(AuditLogTest, FilterBySpcFindsWhatHasTheWholeCode) {
  AppendFive();
  EXPECT_THAT(Seqs({"103", ""}), ElementsAre(3));
  EXPECT_THAT(Seqs({"777", ""}), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(Seqs({"10", ""}), IsEmpty());
  EXPECT_THAT(Seqs({"103,777", ""}), IsEmpty());
}

TEST_F(AuditLogTest, FilterByObjectFindsTheWholeName) {
  AppendFive();
  EXPECT_THAT(Seqs({"", "thing/4"}), ElementsAre(4));
  EXPECT_THAT(Seqs({"", "thing/"}), IsEmpty());
  EXPECT_THAT(Seqs({"104", "thing/4"}), ElementsAre(4));
  EXPECT_THAT(Seqs({"103", "thing/4"}), IsEmpty());
}

TEST_F(AuditLogTest, FilterByTimeBeginsAtFromAndEndsBeforeTo) {
  AppendFive();
  const absl::Time third = kNow + absl::Seconds(3);
  const absl::Duration tick = absl::Milliseconds(1);
  EXPECT_THAT(Seqs({"", "", third}), ElementsAre(3, 4, 5));
  EXPECT_THAT(Seqs({"", "", third + tick}), ElementsAre(4, 5));
  EXPECT_THAT(Seqs({"", "", third + absl::Nanoseconds(1)}), ElementsAre(4, 5));
  EXPECT_THAT(Seqs({"", "", third - absl::Nanoseconds(1)}), ElementsAre(3, 4, 5));
  EXPECT_THAT(Seqs({"", "", absl::InfinitePast(), third}), ElementsAre(1, 2));
  EXPECT_THAT(Seqs({"", "", absl::InfinitePast(), third + tick}), ElementsAre(1, 2, 3));
  EXPECT_THAT(Seqs({"", "", absl::InfinitePast(), third + absl::Nanoseconds(1)}), ElementsAre(1, 2, 3));
  EXPECT_THAT(Seqs({"", "", third, third}), IsEmpty());
}

TEST_F(AuditLogTest, EventsFromBeforeTheEpochAreListedToo) {
  ASSERT_TRUE(Append(Plain("b"), absl::UnixEpoch() - absl::Hours(1)).ok());
  EXPECT_THAT(Seqs(), ElementsAre(1));
}

TEST_F(AuditLogTest, PagesGoOnWhereTheyEnded) {
  AppendFive();
  EXPECT_THAT(Seqs({}, 0, 2), ElementsAre(1, 2));
  EXPECT_THAT(Seqs({}, 2, 2), ElementsAre(3, 4));
  EXPECT_THAT(Seqs({}, 5, 2), IsEmpty());
}

TEST_F(AuditLogTest, AnEventMayBeAsLargeAsTheLimitAndNoLarger) {
  AuditEvent event{"a", "b", {"1234"}, "", ""};
  event.after = std::string(limits::kAuditEvent - 6, 'x');
  EXPECT_TRUE(Append(event).ok());
  event.before = "y";
  EXPECT_EQ(ReasonOf(Append(event)), Reason::kTooLarge);
  EXPECT_THAT(Seqs(), ElementsAre(1));
}

TEST_F(AuditLogTest, AFailedTransactionLeavesNoEventAndNoGap) {
  AppendFive();
  const absl::Status failed = database_->Write([&](Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(AppendAudit(transaction, kAdmin, Plain("b"), kNow));
    return MakeError(Reason::kStateConflict, "on second thoughts");
  });
  EXPECT_EQ(ReasonOf(failed), Reason::kStateConflict);
  EXPECT_THAT(Seqs(), ElementsAre(1, 2, 3, 4, 5));
  ASSERT_TRUE(Append(Plain("b")).ok());
  EXPECT_THAT(Seqs(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_TRUE(Verify().ok()) << Verify();
}

TEST_F(AuditLogTest, SeveralEventsOfOneTransactionAreChainedToo) {
  const absl::Status written = database_->Write([&](Transaction& transaction) -> absl::Status {
    for (int i = 0; i < 3; ++i) {
      STI_RETURN_IF_ERROR(AppendAudit(transaction, kAdmin, Plain(absl::StrCat(i)), kNow));
    }
    return absl::OkStatus();
  });
  ASSERT_TRUE(written.ok()) << written;
  EXPECT_TRUE(Verify().ok()) << Verify();
  EXPECT_THAT(Seqs(), ElementsAre(1, 2, 3));
}

TEST_F(AuditLogTest, TextThatIsNoUtf8IsKeptEscaped) {
  ASSERT_TRUE(Append(Plain("ok/ö"), kNow, {std::string("L\xe4rm\0x", 6), "r"}).ok());
  const AuditRecord record = List()[0];
  EXPECT_EQ(record.actor.client, "L\\xe4rm\\x00x");
  EXPECT_EQ(record.event.object, "ok/ö");
  EXPECT_TRUE(Verify().ok()) << Verify();
}

TEST_F(AuditLogTest, WritersAtOnceInTwoProcessesMakeOneChain) {
  const std::unique_ptr<Database> replica = Open();
  constexpr int kEach = 20;
  const auto write = [&](Database& database, const std::string& name) {
    for (int i = 0; i < kEach; ++i) {
      const absl::Status written = database.Write([&](Transaction& transaction) {
        return AppendAudit(transaction, {name, absl::StrCat(i)}, Plain(name), kNow);
      });
      EXPECT_TRUE(written.ok()) << written;
    }
  };
  std::vector<std::thread> threads;
  for (const char* name : {"one", "two"}) threads.emplace_back([&, name] { write(*database_, name); });
  for (const char* name : {"three", "four"}) threads.emplace_back([&, name] { write(*replica, name); });
  for (std::thread& thread : threads) thread.join();
  const std::vector<int64_t> seqs = Seqs();
  ASSERT_EQ(seqs.size(), 4u * kEach);
  EXPECT_EQ(seqs.back(), 4 * kEach);
  EXPECT_TRUE(Verify().ok()) << Verify();
}

}  // namespace
}  // namespace sti::store
