#include "services/pa/late_authorities.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/audit_log.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/pa/pa_testing.h"
#include "services/pa/provider_registry.h"
#include "services/pa/spc_revocation_records.h"
#include "services/pa/token_records.h"

namespace sti::pa {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const Actor kAdmin{"admin.example", "request-1"};
constexpr char kFirst[] = "first.example:1";
constexpr char kLate[] = "late.example:1";

class LateAuthoritiesTest : public ::testing::Test {
 protected:
  LateAuthoritiesTest() {
    EXPECT_TRUE(first_.Register(kAdmin, {"acme", "Acme", {"1234", "5678"}, {}, {}}).ok());
  }

  // At a later start, with both CAs.
  void Start() {
    clock_.Advance(absl::Hours(1));
    const absl::Status asked = AskLateAuthorities(database_, {kFirst, kLate}, clock_.TimeNow());
    EXPECT_TRUE(asked.ok()) << asked;
  }
  // "SPC in seconds from now", of what the late CA is asked.
  std::vector<std::string> Asked() {
    std::vector<std::string> asked;
    EXPECT_TRUE(database_
                    .Read([&](store::Transaction& transaction) -> absl::Status {
                      for (const char* spc : {"1234", "5678"}) {
                        STI_ASSIGN_OR_RETURN(const auto rows, OpenSpcRevocations(transaction, spc));
                        for (const SpcRevocation& row : rows) {
                          if (row.authority != kLate) continue;
                          EXPECT_EQ(row.reason_code, 5);
                          asked.push_back(absl::StrCat(spc, " of ", row.provider_id, " in ",
                                                       absl::ToInt64Seconds(row.due - clock_.TimeNow())));
                        }
                      }
                      return absl::OkStatus();
                    })
                    .ok());
    return asked;
  }
  int Events() {
    int events = 0;
    EXPECT_TRUE(database_
                    .Read([&](store::Transaction& transaction) -> absl::Status {
                      STI_ASSIGN_OR_RETURN(const auto records, store::ListAudit(transaction, {}, 0, 1000));
                      for (const store::AuditRecord& record : records)
                        events += record.event.action == "spc.ask";
                      return absl::OkStatus();
                    })
                    .ok());
    return events;
  }
  void ConfirmAll() {
    EXPECT_TRUE(database_
                    .Write([&](store::Transaction& transaction) -> absl::Status {
                      for (const char* spc : {"1234", "5678"}) {
                        STI_ASSIGN_OR_RETURN(const auto rows, OpenSpcRevocations(transaction, spc));
                        for (const SpcRevocation& row : rows)
                          STI_RETURN_IF_ERROR(MarkSpcRevoked(transaction, row.seq, clock_.TimeNow()));
                      }
                      return absl::OkStatus();
                    })
                    .ok());
  }
  absl::Status Suspend(const ProviderRegistry& registry, bool revoke) const {
    return registry.Suspend(kAdmin, "acme", "fraud", revoke, RunMode::kReal).status();
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow};
  const ProviderRegistry first_{database_, clock_, {{kFirst}, [] {}, [] {}}};
  const ProviderRegistry none_{database_, clock_};
};

TEST_F(LateAuthoritiesTest, NothingIsAskedWhereNothingWasRevoked) {
  ASSERT_TRUE(Suspend(first_, false).ok());
  Start();
  EXPECT_THAT(Asked(), IsEmpty());
  EXPECT_EQ(Events(), 0);
}

TEST_F(LateAuthoritiesTest, CodesOfRevokedProvidersAreAskedForOnce) {
  ASSERT_TRUE(first_.Revoke(kAdmin, "acme", "gone", RunMode::kReal).ok());
  ConfirmAll();
  Start();
  EXPECT_THAT(Asked(), ElementsAre("1234 of acme in 0", "5678 of acme in 0"));
  EXPECT_EQ(Events(), 2);
  ConfirmAll();
  Start();
  EXPECT_THAT(Asked(), IsEmpty());
  EXPECT_EQ(Events(), 2);
}

TEST_F(LateAuthoritiesTest, AlsoWhereNoCaWasConfiguredThen) {
  ASSERT_TRUE(none_.Revoke(kAdmin, "acme", "gone", RunMode::kReal).ok());
  Start();
  EXPECT_THAT(Asked(), ElementsAre("1234 of acme in 0", "5678 of acme in 0"));
}

TEST_F(LateAuthoritiesTest, TokensThatStillCountAreWaitedFor) {
  ASSERT_TRUE(first_.Revoke(kAdmin, "acme", "gone", RunMode::kReal).ok());
  ASSERT_TRUE(database_
                  .Write([](store::Transaction& transaction) {
                    return InsertToken(
                        transaction,
                        {"a", "acme", {"1234"}, "SHA256 00", false, kNow, kNow + absl::Hours(2)});
                  })
                  .ok());
  Start();
  EXPECT_THAT(Asked(), ElementsAre("1234 of acme in 0", "1234 of acme in 3720", "5678 of acme in 0",
                                   "5678 of acme in 3720"));
}

TEST_F(LateAuthoritiesTest, SuspensionCountsAsLongAsItLasts) {
  ASSERT_TRUE(Suspend(first_, true).ok());
  ConfirmAll();
  Start();
  EXPECT_THAT(Asked(), ElementsAre("1234 of acme in 0", "5678 of acme in 0"));
}

TEST_F(LateAuthoritiesTest, CertificatesOfAReinstatedProviderStay) {
  ASSERT_TRUE(Suspend(first_, true).ok());
  ConfirmAll();
  clock_.Advance(absl::Hours(1));
  ASSERT_TRUE(first_.Reinstate(kAdmin, "acme", "", RunMode::kReal).ok());
  Start();
  EXPECT_THAT(Asked(), IsEmpty());
  // The next suspension leaves them alone, too.
  ASSERT_TRUE(Suspend(first_, false).ok());
  Start();
  EXPECT_THAT(Asked(), IsEmpty());
}

TEST_F(LateAuthoritiesTest, CodeThatIsAnothersByNowIsLeftAlone) {
  ASSERT_TRUE(first_.Revoke(kAdmin, "acme", "gone", RunMode::kReal).ok());
  ConfirmAll();
  ASSERT_TRUE(first_.Register(kAdmin, {"heir", "Heir", {"1234"}, {}, {}}).ok());
  Start();
  EXPECT_THAT(Asked(), ElementsAre("5678 of acme in 0"));
}

TEST_F(LateAuthoritiesTest, CodeThatWasTakenAwayIsAskedFor) {
  ASSERT_TRUE(first_.Update(kAdmin, {"acme", "Acme", {"1234"}, {}, {}}, RunMode::kReal).ok());
  ConfirmAll();
  Start();
  EXPECT_THAT(Asked(), ElementsAre("5678 of acme in 0"));
}

TEST_F(LateAuthoritiesTest, AllOrNothingIsWritten) {
  ASSERT_TRUE(first_.Revoke(kAdmin, "acme", "gone", RunMode::kReal).ok());
  database_.FailWrite(1);
  EXPECT_EQ(ReasonOf(AskLateAuthorities(database_, {kFirst, kLate}, kNow)), Reason::kStorageFailed);
  EXPECT_THAT(Asked(), IsEmpty());
  EXPECT_EQ(Events(), 0);
}

}  // namespace
}  // namespace sti::pa
