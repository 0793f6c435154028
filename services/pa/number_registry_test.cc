#include "services/pa/number_registry.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/store/audit_log.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/pa/pa_testing.h"
#include "services/pa/provider_registry.h"
#include "services/pa/trust_publisher.h"

namespace sti::pa {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const Actor kAdmin{"admin.example", "request-1"};

class NumberRegistryTest : public ::testing::Test {
 protected:
  NumberRegistryTest() {
    EXPECT_TRUE(providers_.Register(kAdmin, {"acme", "Acme", {"1234"}, {"acme"}, {}}).ok());
    EXPECT_TRUE(providers_.Register(kAdmin, {"other", "Other", {"5678", "848J"}, {"other"}, {}}).ok());
  }
  std::string Refusal(const absl::Status& status) const {
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  }
  std::string Assign(std::vector<NumberRequest> requests) const {
    return Refusal(registry_.Assign(kAdmin, requests).status());
  }
  std::string Withdraw(std::vector<NumberRequest> requests) const {
    return Refusal(registry_.Withdraw(kAdmin, requests).status());
  }
  std::string Listed(absl::string_view spc = "") const {
    std::string text;
    const NumberPage page = registry_.List(spc, 1000, "").value();
    for (const NumberBlock& block : page.blocks)
      absl::StrAppend(&text, block.spc, ":", block.start(), "x", block.count(), " ");
    return text;
  }
  // What an independent judge reads in the number list.
  std::string Judged() {
    const testing::Finished judged = testing::Run({"/usr/bin/python3", "services/pa/testdata/judge_jws.py",
                                                   dir_.Write("list", publisher_.NumberList()->jws),
                                                   "tests/vectors/demo-pki/pa-root.pem"});
    EXPECT_EQ(judged.exit_code, 0) << judged.err;
    return judged.out;
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow};
  const DocumentSigner list_signer_ = DemoSigner("pa-token-signer");
  const DocumentSigner crl_signer_ = DemoSigner("pa-crl-signer");
  TrustPublisher publisher_{database_, list_signer_, crl_signer_, {absl::Hours(24), ""}, clock_};
  const ProviderRegistry providers_{database_, clock_};
  const NumberRegistry registry_{database_, publisher_, clock_};
};

TEST_F(NumberRegistryTest, AProviderWhomNobodyHasAgreedToGetsNoNumbers) {
  Provider pending{"new", "New", {"777A"}, {"new"}, {}};
  pending.state = ProviderState::kPending;
  pending.pending_change = "change-1";
  ASSERT_TRUE(providers_.Register(kAdmin, pending).ok());
  EXPECT_EQ(Assign({{"777A", "12155550100", 1}}), "STATE_CONFLICT numbers[0].spc");
}

TEST_F(NumberRegistryTest, WithoutAssignmentsThereIsNoList) {
  ASSERT_TRUE(publisher_.PublishNumberList().ok());
  EXPECT_EQ(publisher_.NumberList(), nullptr);
  EXPECT_FALSE(publisher_.OwesNumberList());
  EXPECT_EQ(registry_.List("", 0, "")->sequence, 0);
}

TEST_F(NumberRegistryTest, IndependentJudgeReadsWhatWasAssigned) {
  const auto sequence = registry_.Assign(
      kAdmin, std::vector<NumberRequest>{
                  {"1234", "12155551000", 1000}, {"5678", "12155550121", 1}, {"848J", "0800", 10}});
  EXPECT_EQ(sequence.value_or(0), 1);
  EXPECT_EQ(Judged(),
            "{\"exp\":1750086400,\"numbers\":[{\"ranges\":[[\"12155551000\",1000]],\"spc\":\"1234\"},"
            "{\"spc\":\"5678\",\"tn\":[\"12155550121\"]},{\"ranges\":[[\"0800\",10]],\"spc\":\"848J\"}],"
            "\"sequence\":1,\"version\":\"1.0\"}\n");
  EXPECT_EQ(publisher_.NumberList()->sequence, 1);
  EXPECT_EQ(publisher_.NumberList()->expires, kNow + absl::Hours(24));
}

TEST_F(NumberRegistryTest, AfterTheLastWithdrawalTheListIsEmptyButThere) {
  EXPECT_EQ(Assign({{"1234", "12155551000", 1000}}), "NONE ");
  EXPECT_EQ(Withdraw({{"1234", "12155551000", 1000}}), "NONE ");
  EXPECT_EQ(Judged(), "{\"exp\":1750086400,\"numbers\":[],\"sequence\":2,\"version\":\"1.0\"}\n");
}

TEST_F(NumberRegistryTest, DryRunOfAWithdrawalChangesNothingAndFailsLikeIt) {
  EXPECT_EQ(Assign({{"1234", "12155551000", 1000}}), "NONE ");
  const std::vector<NumberRequest> part = {{"1234", "12155551400", 100}, {"1234", "12155551000", 1}};
  const auto would = registry_.Withdraw(kAdmin, part, RunMode::kDry);
  ASSERT_TRUE(would.ok()) << would.status();
  EXPECT_EQ(would->sequence, 1);
  EXPECT_THAT(would->effects,
              ElementsAre("100 numbers from 12155551400 on are no longer SPC 1234's",
                          "the number 12155551000 is no longer SPC 1234's", HasSubstr("signed anew")));
  EXPECT_EQ(Listed(), "1234:12155551000x1000 ");
  EXPECT_EQ(publisher_.NumberList()->sequence, 1);
  const std::vector<NumberRequest> foreign = {{"5678", "12155551400", 1}};
  EXPECT_EQ(Refusal(registry_.Withdraw(kAdmin, foreign, RunMode::kDry).status()), "NOT_FOUND numbers[0]");
  const auto did = registry_.Withdraw(kAdmin, part, RunMode::kReal);
  ASSERT_TRUE(did.ok()) << did.status();
  EXPECT_EQ(did->effects, would->effects);
  EXPECT_EQ(did->sequence, 2);
  EXPECT_EQ(Listed(), "1234:12155551001x399 1234:12155551500x500 ");
}

TEST_F(NumberRegistryTest, ARequestIsDoneAsAWholeOrNotAtAll) {
  EXPECT_EQ(Assign({{"1234", "12155551000", 1000}, {"5678", "12155551999", 2}}),
            "NUMBERS_OVERLAP numbers[1]");
  EXPECT_EQ(Listed(), "");
  EXPECT_EQ(publisher_.NumberList(), nullptr);
  EXPECT_EQ(Assign({{"1234", "12155551000", 1000}}), "NONE ");
  EXPECT_EQ(Withdraw({{"1234", "12155551000", 10}, {"1234", "12155551005", 10}}), "NOT_FOUND numbers[1]");
  EXPECT_EQ(Listed(), "1234:12155551000x1000 ");
  EXPECT_EQ(publisher_.NumberList()->sequence, 1);
}

TEST_F(NumberRegistryTest, OverlapNamesTheOtherSpc) {
  EXPECT_EQ(Assign({{"1234", "12155551000", 1000}}), "NONE ");
  const absl::Status status =
      registry_.Assign(kAdmin, std::vector<NumberRequest>{{"5678", "12155550990", 11}}).status();
  EXPECT_EQ(ReasonOf(status), Reason::kNumbersOverlap);
  EXPECT_THAT(std::string(status.message()), HasSubstr("12155551000 belongs to SPC 1234"));
}

TEST_F(NumberRegistryTest, SpcMustBeAProviders) {
  EXPECT_EQ(Assign({{"1234", "12155551000", 1}, {"9999", "12155552000", 1}}), "NOT_FOUND numbers[1].spc");
  EXPECT_EQ(Listed(), "");
}

TEST_F(NumberRegistryTest, MalformedRangesAreRefusedWithTheirField) {
  EXPECT_EQ(Assign({}), "MISSING_FIELD numbers");
  EXPECT_EQ(Assign({{"", "1", 1}}), "MISSING_FIELD numbers[0].spc");
  EXPECT_EQ(Assign({{"1234", "1", 1}, {"1234", "+1", 1}}), "INVALID_FIELD numbers[1].start");
  EXPECT_EQ(Withdraw({{"1234", "99", 2}}), "INVALID_FIELD numbers[0].count");
}

TEST_F(NumberRegistryTest, SequenceGrowsWithChangesOnly) {
  EXPECT_EQ(Assign({{"1234", "12155551000", 1000}}), "NONE ");
  const auto list = publisher_.NumberList();
  EXPECT_EQ(registry_.Assign(kAdmin, std::vector<NumberRequest>{{"1234", "12155551500", 5}}).value_or(0), 1);
  EXPECT_EQ(publisher_.NumberList(), list);
  EXPECT_EQ(registry_.Assign(kAdmin, std::vector<NumberRequest>{{"1234", "12155552000", 5}}).value_or(0), 2);
  EXPECT_EQ(publisher_.NumberList()->sequence, 2);
  EXPECT_EQ(Listed(), "1234:12155551000x1005 ");
}

TEST_F(NumberRegistryTest, NumbersSurviveARestart) {
  EXPECT_EQ(Assign({{"1234", "12155551000", 1000}}), "NONE ");
  real_ = OpenScratchDatabase(dir_);
  TrustPublisher next(*real_, list_signer_, crl_signer_, {absl::Hours(24), ""}, clock_);
  ASSERT_TRUE(next.PublishNumberList().ok());
  EXPECT_EQ(next.NumberList()->sequence, 1);
  EXPECT_THAT(next.NumberList()->jws.size(), ::testing::Gt(100U));
}

TEST_F(NumberRegistryTest, ListIsSignedAnewWhenHalfOfItsLifeIsGone) {
  ASSERT_TRUE(publisher_.PublishTrustList().ok());
  ASSERT_TRUE(publisher_.PublishCrl().ok());
  EXPECT_EQ(Assign({{"1234", "12155551000", 1000}}), "NONE ");
  const auto list = publisher_.NumberList();
  clock_.Advance(absl::Hours(12) - absl::Seconds(1));
  ASSERT_TRUE(publisher_.RenewIfDue().ok());
  EXPECT_EQ(publisher_.NumberList(), list);
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(publisher_.RenewIfDue().ok());
  EXPECT_EQ(publisher_.NumberList()->expires, kNow + absl::Hours(36));
  EXPECT_EQ(publisher_.NumberList()->sequence, 1);
}

TEST_F(NumberRegistryTest, ChangeThatCouldNotBeSignedIsCaughtUpWith) {
  ASSERT_TRUE(publisher_.PublishTrustList().ok());
  ASSERT_TRUE(publisher_.PublishCrl().ok());
  database_.FailReads(true);  // the assignment is stored, the list is not made
  EXPECT_EQ(Assign({{"1234", "12155551000", 1000}}), "NONE ");
  EXPECT_EQ(publisher_.NumberList(), nullptr);
  EXPECT_TRUE(publisher_.OwesNumberList());
  EXPECT_THAT(publisher_.Lacking(), ElementsAre("number list"));
  database_.FailReads(false);
  ASSERT_TRUE(publisher_.RenewIfDue().ok());
  EXPECT_EQ(publisher_.NumberList()->sequence, 1);
  EXPECT_THAT(publisher_.Lacking(), IsEmpty());
}

TEST_F(NumberRegistryTest, FailedWriteLeavesNothingBehind) {
  database_.FailWrite(1);
  EXPECT_EQ(Assign({{"1234", "12155551000", 1000}}), "STORAGE_FAILED ");
  EXPECT_EQ(Listed(), "");
  EXPECT_EQ(registry_.List("", 0, "")->sequence, 0);
}

TEST_F(NumberRegistryTest, PagesMeetWithoutGapOrOverlap) {
  EXPECT_EQ(Assign({{"5678", "12155551000", 10},
                    {"1234", "12155552000", 10},
                    {"5678", "0800", 1},
                    {"1234", "9", 1},
                    {"5678", "12155553000", 10}}),
            "NONE ");
  std::string seen, token;
  do {
    const absl::StatusOr<NumberPage> page = registry_.List("", 2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const NumberBlock& block : page->blocks) absl::StrAppend(&seen, block.start(), " ");
    seen += "|";
    token = page->next_page_token;
  } while (!token.empty());
  EXPECT_EQ(seen, "9 0800 |12155551000 12155552000 |12155553000 |");
  EXPECT_EQ(Listed("1234"), "1234:9x1 1234:12155552000x10 ");
  EXPECT_EQ(FieldOf(registry_.List("", 1001, "").status()), "page_size");
  EXPECT_EQ(FieldOf(registry_.List("", 0, "nonsense").status()), "page_token");
}

TEST_F(NumberRegistryTest, AuditTellsOfEachCodeWithCountsAndTheFirstRanges) {
  std::vector<NumberRequest> requests;
  for (size_t i = 0; i < 101; ++i) requests.push_back({"1234", absl::StrCat(12155550000 + 100 * i), 10});
  requests.push_back({"5678", "1800", 1});
  EXPECT_EQ(Assign(requests), "NONE ");
  EXPECT_EQ(Assign(requests), "NONE ");  // changes nothing
  EXPECT_EQ(Withdraw({{"5678", "1800", 1}}), "NONE ");
  std::vector<store::AuditRecord> records;
  ASSERT_TRUE(real_
                  ->Read([&](store::Transaction& transaction) -> absl::Status {
                    const auto read = store::ListAudit(transaction, {}, 2, 1000);  // after the providers
                    if (read.ok()) records = *read;
                    return read.status();
                  })
                  .ok());
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].event.action, "numbers.assign");
  EXPECT_EQ(records[0].event.object, "spc/1234");
  EXPECT_EQ(records[0].actor.client, kAdmin.client);
  EXPECT_THAT(records[0].event.spcs, ElementsAre("1234"));
  EXPECT_THAT(records[0].event.after, HasSubstr("\"12155559900x10\"]"));  // the hundredth
  EXPECT_THAT(records[0].event.after, HasSubstr("\"numbers\":1010,\"ranges\":101"));
  EXPECT_EQ(records[1].event.object, "spc/5678");
  EXPECT_EQ(records[2].event.action, "numbers.withdraw");
  EXPECT_EQ(records[2].event.before,
            R"({"first_ranges":["1800x1"],"number_list_sequence":2,"numbers":1,"ranges":1})");
  EXPECT_EQ(records[2].event.after, "");
}

// More rows than go into one statement, in both directions.
TEST_F(NumberRegistryTest, ManyRangesComeAndGoInBunches) {
  std::vector<NumberRequest> requests;
  for (size_t i = 0; i < 1201; ++i) requests.push_back({"1234", absl::StrCat(12155550000 + 100 * i), 10});
  EXPECT_EQ(Assign(requests), "NONE ");
  EXPECT_EQ(registry_.List("", 1000, "")->blocks.size(), 1000u);
  requests.pop_back();
  EXPECT_EQ(Withdraw(requests), "NONE ");
  EXPECT_EQ(Listed(), "1234:12155670000x10 ");
}

// What verifiers would refuse for its size must not be stored.
TEST_F(NumberRegistryTest, FullListTakesNoMore) {
  std::vector<NumberRequest> requests;
  for (size_t i = 0; i < limits::kNumberListRanges; ++i)
    requests.push_back({i % 2 == 0 ? "1234" : "5678", absl::StrCat(12000000000 + 100 * i), 10});
  EXPECT_EQ(Assign(requests), "NONE ");
  ASSERT_NE(publisher_.NumberList(), nullptr);
  EXPECT_LT(publisher_.NumberList()->jws.size(), limits::kNumberList);
  EXPECT_EQ(Assign({{"848J", "1", 1}}), "STATE_CONFLICT numbers");
  EXPECT_EQ(Assign({{"1234", "12000000010", 1}}), "NONE ");  // joins a block
  requests.push_back({"848J", "1", 1});
  EXPECT_EQ(Assign(requests), "TOO_LARGE numbers");
}

}  // namespace
}  // namespace sti::pa
