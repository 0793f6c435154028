#include "services/as/provisioning_feed.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/as/number_import.h"
#include "services/as/provisioned_view.h"
#include "services/as/provisioning_journal.h"
#include "services/as/testing/provisioning_testing.h"

namespace sti::as {
namespace {

using Right = ProvisionedView::NumberAnswer::Right;

// A replica of its own on the database of the fixture.
struct Replica {
  explicit Replica(ProvisioningFixture& fixture)
      : feed(fixture.database, fixture.providers, state, fixture.clock) {}
  Right AskNumber(absl::string_view customer, NumberValue number, const Clock& clock) const {
    return snapshot.Get()->AskNumber(0, customer, number, clock.TimeNow()).right;
  }
  ProvisionedSnapshot snapshot;
  ProvisionedState state{snapshot, 2};
  ProvisioningFeed feed;
};

class ProvisioningFeedTest : public ::testing::Test, protected ProvisioningFixture {
 protected:
  ProvisioningFeedTest() { EXPECT_TRUE(replica_.feed.Load().ok()); }
  Right Ask(absl::string_view customer, NumberValue number) {
    return replica_.AskNumber(customer, number, clock);
  }
  bool Follow() { return replica_.feed.CatchUp().ok(); }

  Replica replica_{*this};
};

TEST_F(ProvisioningFeedTest, EveryKindOfChangeIsFollowed) {
  AddCustomers(0, {"a", "b"});
  Customer with_client;
  with_client.id = "c";
  with_client.clients = {"pbx"};
  ASSERT_TRUE(customers.Put(admin, 0, with_client).ok());
  ASSERT_TRUE(trunks.Put(admin, 0, {"t", "a", false, true, {}}).ok());
  ASSERT_TRUE(numbers.Add(admin, 0, {{{"a", "12155550100", "12155550199"}}}).ok());
  ASSERT_TRUE(rules.Put(admin, 0, {NumberRule::Kind::kDoNotOriginate, "12155550300", "", {}, ""}).ok());
  ASSERT_TRUE(
      rules.Put(admin, 0, {NumberRule::Kind::kCallingPrefix, "44", "", stir::Attestation::kC, ""}).ok());
  ASSERT_TRUE(profiles.Put(admin, 0, {"a", "p", {"Acme", "", "", "", "", "", "", {}}, {}}).ok());
  EXPECT_EQ(replica_.snapshot.Get()->FindCustomer(0, "a"), nullptr);
  ASSERT_TRUE(Follow());
  auto view = replica_.snapshot.Get();
  ASSERT_NE(view->FindCustomer(0, "a"), nullptr);
  EXPECT_EQ(view->FindCustomer(1, "a"), nullptr);
  EXPECT_EQ(view->FindClient("pbx")->customer->id, "c");
  EXPECT_TRUE(view->FindTrunk(0, "t")->emergency);
  EXPECT_TRUE(view->IsDoNotOriginate(0, 12155550300));
  EXPECT_EQ(view->CallingPrefix(0, 442071234567)->highest_attest, stir::Attestation::kC);
  EXPECT_EQ(view->FindProfile(0, "a", "p")->rcd.nam, "Acme");
  EXPECT_EQ(Ask("a", 12155550199), Right::kOwn);
  EXPECT_EQ(Ask("a", 12155550200), Right::kNone);

  ASSERT_TRUE(numbers.Remove(admin, 0, {{{"a", "12155550150", ""}}}, RunMode::kReal).ok());
  ASSERT_TRUE(rules.Delete(admin, 0, {NumberRule::Kind::kDoNotOriginate, "12155550300", "", {}, ""}).ok());
  ASSERT_TRUE(customers.Delete(admin, 0, "c", false, RunMode::kReal).ok());
  ASSERT_TRUE(Follow());
  view = replica_.snapshot.Get();
  EXPECT_EQ(Ask("a", 12155550149), Right::kOwn);
  EXPECT_EQ(Ask("a", 12155550150), Right::kNone);
  EXPECT_EQ(Ask("a", 12155550151), Right::kOwn);
  EXPECT_FALSE(view->IsDoNotOriginate(0, 12155550300));
  EXPECT_FALSE(view->FindClient("pbx").has_value());

  ASSERT_TRUE(customers.Delete(admin, 0, "a", true, RunMode::kReal).ok());
  ASSERT_TRUE(Follow());
  view = replica_.snapshot.Get();
  EXPECT_EQ(view->FindTrunk(0, "t"), nullptr);
  EXPECT_EQ(view->FindProfile(0, "a", "p"), nullptr);
  EXPECT_EQ(Ask("a", 12155550149), Right::kNone);
}

TEST_F(ProvisioningFeedTest, StartLoadsWhatWasWrittenBefore) {
  AddCustomers(0, {"a"});
  ASSERT_TRUE(numbers
                  .Add(admin, 0,
                       {{{"a", "12155550100", ""},
                         {"a", "12155550101", "", true, absl::FromUnixSeconds(1800000000)}}})
                  .ok());
  Replica late(*this);
  ASSERT_TRUE(late.feed.Load().ok());
  EXPECT_EQ(late.AskNumber("a", 12155550100, clock), Right::kOwn);
  EXPECT_EQ(late.AskNumber("a", 12155550101, clock), Right::kLetter);
}

TEST_F(ProvisioningFeedTest, WholesaleReplacementIsFollowed) {
  AddCustomers(0, {"a"});
  ASSERT_TRUE(numbers.Add(admin, 0, {{{"a", "12145550100", ""}}}).ok());
  ASSERT_TRUE(Follow());
  auto import = NumberImport::Begin(room, dir.path(), {0, true, RunMode::kReal});
  for (int i = 0; i < 60'000; ++i) {
    ASSERT_TRUE((*import)->Feed(absl::StrCat("a,+1215", 5'000'000 + 2 * i, ",,own,\n")).ok());
  }
  ASSERT_TRUE((*import)->Commit(admin).ok());
  ASSERT_TRUE(numbers.Add(admin, 0, {{{"a", "12145550101", ""}}}).ok());
  ASSERT_TRUE(Follow());
  EXPECT_EQ(Ask("a", 12145550100), Right::kNone);
  EXPECT_EQ(Ask("a", 12145550101), Right::kOwn);
  EXPECT_EQ(Ask("a", 12155119998), Right::kOwn);
  EXPECT_EQ(Ask("a", 12155119999), Right::kNone);
}

TEST_F(ProvisioningFeedTest, WhoWasAwayForLongerThanTheJournalLoadsEverything) {
  AddCustomers(0, {"a"});
  clock.Advance(absl::Hours(1));
  ASSERT_TRUE(CompactJournal(database, clock.TimeNow()).ok());
  AddCustomers(0, {"b"});
  ASSERT_TRUE(Follow());
  EXPECT_NE(replica_.snapshot.Get()->FindCustomer(0, "a"), nullptr);
  EXPECT_NE(replica_.snapshot.Get()->FindCustomer(0, "b"), nullptr);
  ASSERT_TRUE(CompactJournal(database, clock.TimeNow() + absl::Hours(1)).ok());
  EXPECT_TRUE(Follow());  // nothing new, although the journal is empty
}

TEST_F(ProvisioningFeedTest, AHoleAnywhereInTheJournalLoadsEverything) {
  // As replicas leave them that compact by age alone and whose clocks differ: in the middle, and at the end.
  for (const int64_t hole : {1, 2}) {
    ASSERT_TRUE(Follow());
    int64_t end = 0;
    ASSERT_TRUE(database
                    .Read([&](store::Transaction& transaction) -> absl::Status {
                      STI_ASSIGN_OR_RETURN(end, JournalEnd(transaction));
                      return absl::OkStatus();
                    })
                    .ok());
    const std::string first = absl::StrCat("first-", hole), second = absl::StrCat("second-", hole),
                      third = absl::StrCat("third-", hole);
    AddCustomers(0, {first, second, third});
    ASSERT_TRUE(database
                    .Write([&](store::Transaction& transaction) {
                      return transaction.Execute("DELETE FROM provisioning_journal WHERE seq = ?1",
                                                 {end + 1 + hole});
                    })
                    .ok());
    ASSERT_TRUE(Follow());
    for (const std::string& id : {first, second, third})
      EXPECT_NE(replica_.snapshot.Get()->FindCustomer(0, id), nullptr) << id;
  }
}

TEST_F(ProvisioningFeedTest, CompactionTakesTheBeginningOnly) {
  AddCustomers(0, {"old"});
  clock.Advance(absl::Hours(1));
  const absl::Time limit = clock.TimeNow();
  AddCustomers(0, {"kept"});
  clock.Set(limit - absl::Minutes(30));  // of a replica whose clock is behind
  AddCustomers(0, {"late"});
  ASSERT_TRUE(CompactJournal(database, limit).ok());
  const auto read = [this](int64_t after) {
    JournalPart part;
    EXPECT_TRUE(database
                    .Read([&](store::Transaction& transaction) -> absl::Status {
                      STI_ASSIGN_OR_RETURN(part, ReadJournal(transaction, after, 10));
                      return absl::OkStatus();
                    })
                    .ok());
    return part;
  };
  EXPECT_TRUE(read(0).gap);
  const JournalPart kept = read(1);
  EXPECT_FALSE(kept.gap);
  ASSERT_EQ(kept.entries.size(), 2u);
  EXPECT_EQ(kept.entries[0].subject, "kept");
  EXPECT_EQ(kept.entries[1].subject, "late");
  ASSERT_TRUE(CompactJournal(database, limit + absl::Seconds(1)).ok());
  EXPECT_TRUE(read(1).gap);
  EXPECT_FALSE(read(3).gap);
}

TEST_F(ProvisioningFeedTest, BrokenDatabaseIsToldAndFollowedAgainLater) {
  AddCustomers(0, {"a"});
  database.FailReads(true);
  EXPECT_EQ(ReasonOf(replica_.feed.CatchUp()), Reason::kStorageFailed);
  EXPECT_EQ(replica_.snapshot.Get()->FindCustomer(0, "a"), nullptr);
  database.FailReads(false);
  EXPECT_TRUE(Follow());
  EXPECT_NE(replica_.snapshot.Get()->FindCustomer(0, "a"), nullptr);
}

TEST_F(ProvisioningFeedTest, ThreadFollowsWithoutBeingAsked) {
  replica_.feed.Start(nullptr);
  AddCustomers(0, {"a"});
  for (int i = 0; i < 3000 && replica_.snapshot.Get()->FindCustomer(0, "a") == nullptr; ++i) {
    absl::SleepFor(absl::Milliseconds(10));  // lint-ok: it tells nobody
  }
  EXPECT_NE(replica_.snapshot.Get()->FindCustomer(0, "a"), nullptr);
  replica_.feed.Stop();
}

}  // namespace
}  // namespace sti::as
