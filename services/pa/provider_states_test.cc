// The life of a provider: transitions, what hangs on them, and their events in the audit.
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
#include "services/pa/api_user_records.h"
#include "services/pa/number_records.h"
#include "services/pa/pa_testing.h"
#include "services/pa/provider_registry.h"
#include "services/pa/spc_revocation_records.h"
#include "services/pa/token_records.h"

namespace sti::pa {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const Actor kAdmin{"admin.example", "request-1"};
constexpr char kCa[] = "ca.example:50051";

Provider Acme() { return {"acme", "Acme Telephone, Inc.", {"1234", "5678"}, {"acme-as"}, {}}; }
Provider Other() { return {"other", "Other", {"9999"}, {"other-as"}, {}}; }

class ProviderStatesTest : public ::testing::Test {
 protected:
  ProviderStatesTest() { EXPECT_TRUE(registry_.Register(kAdmin, Acme()).ok()); }

  static std::string Text(const absl::Status& status) {
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  }
  absl::Status Suspend(bool revoke = false, RunMode run = RunMode::kReal) const {
    return registry_.Suspend(kAdmin, "acme", "fraud", revoke, run).status();
  }
  absl::Status Reinstate() const { return registry_.Reinstate(kAdmin, "acme", "", RunMode::kReal).status(); }
  absl::Status Revoke(RunMode run = RunMode::kReal) const {
    return registry_.Revoke(kAdmin, "acme", "gone", run).status();
  }
  absl::Status RegisterPending() const {
    Provider provider = Other();
    provider.state = ProviderState::kPending;
    provider.pending_change = "change-1";
    return registry_.Register(kAdmin, provider).status();
  }
  // As a step of a bigger transaction.
  absl::Status Approve(const std::string& id) {
    return database_.Write([&](store::Transaction& transaction) {
      return registry_.Approve(transaction, kAdmin, id, "checked").status();
    });
  }
  absl::Status Discard(const std::string& id) {
    return database_.Write(
        [&](store::Transaction& transaction) { return registry_.Discard(transaction, kAdmin, id).status(); });
  }
  Provider Known(const std::string& id = "acme") const { return registry_.Get(id).value(); }

  // "acme provider.suspend" and so on, and the whole events.
  std::vector<store::AuditRecord> Audit() {
    std::vector<store::AuditRecord> records;
    EXPECT_TRUE(database_
                    .Read([&](store::Transaction& transaction) -> absl::Status {
                      STI_ASSIGN_OR_RETURN(records, store::ListAudit(transaction, {}, 0, 1000));
                      return absl::OkStatus();
                    })
                    .ok());
    return records;
  }
  std::vector<std::string> Actions() {
    std::vector<std::string> actions;
    for (const store::AuditRecord& record : Audit())
      actions.push_back(absl::StrCat(record.event.object, " ", record.event.action));
    return actions;
  }
  // "CA SPC seconds from now", of what is open.
  std::vector<std::string> Open(const std::string& spc) {
    std::vector<std::string> open;
    EXPECT_TRUE(database_
                    .Read([&](store::Transaction& transaction) -> absl::Status {
                      STI_ASSIGN_OR_RETURN(const auto rows, OpenSpcRevocations(transaction, spc));
                      for (const SpcRevocation& row : rows) {
                        open.push_back(absl::StrCat(row.authority, " ", row.spc, " reason ", row.reason_code,
                                                    " in ", absl::ToInt64Seconds(row.due - kNow)));
                      }
                      return absl::OkStatus();
                    })
                    .ok());
    return open;
  }
  void ConfirmAll(const std::string& spc) {
    EXPECT_TRUE(database_
                    .Write([&](store::Transaction& transaction) -> absl::Status {
                      STI_ASSIGN_OR_RETURN(const auto rows, OpenSpcRevocations(transaction, spc));
                      for (const SpcRevocation& row : rows)
                        STI_RETURN_IF_ERROR(MarkSpcRevoked(transaction, row.seq, kNow));
                      return absl::OkStatus();
                    })
                    .ok());
  }
  void LogToken(const std::string& jti, absl::Duration life) {
    EXPECT_TRUE(
        database_
            .Write([&](store::Transaction& transaction) {
              return InsertToken(transaction, {jti, "acme", {"1234"}, "SHA256 00", false, kNow, kNow + life});
            })
            .ok());
  }
  void AssignNumber(const std::string& spc, int64_t number) {
    EXPECT_TRUE(database_
                    .Write([&](store::Transaction& transaction) {
                      return WriteChanges(transaction, {{}, {{spc, 11, number, number}}});
                    })
                    .ok());
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow + absl::Milliseconds(300)};
  int wakes_ = 0, publications_ = 0;
  const ProviderRegistry registry_{
      database_, clock_, {{kCa}, [this] { ++wakes_; }, [this] { ++publications_; }}};
};

TEST_F(ProviderStatesTest, SuspensionAndReinstatementKeepWhatTheProviderHas) {
  clock_.Set(kNow + absl::Hours(1));
  ASSERT_TRUE(Suspend().ok());
  EXPECT_EQ(Known().state, ProviderState::kSuspended);
  EXPECT_EQ(Known().state_note, "fraud");
  EXPECT_EQ(Known().state_since, kNow + absl::Hours(1));
  EXPECT_EQ(Known().created, kNow);
  ASSERT_TRUE(Reinstate().ok());
  EXPECT_EQ(Known().state, ProviderState::kApproved);
  EXPECT_THAT(Known().spcs, ElementsAre("1234", "5678"));
  EXPECT_THAT(Known().client_identities, ElementsAre("acme-as"));
}

TEST_F(ProviderStatesTest, TransitionsThatAreNotAllowedAreConflictsWithTheState) {
  EXPECT_EQ(Text(Reinstate()), "STATE_CONFLICT id");
  EXPECT_EQ(Text(Approve("acme")), "STATE_CONFLICT id");
  EXPECT_EQ(Text(Discard("acme")), "STATE_CONFLICT id");
  ASSERT_TRUE(Suspend().ok());
  EXPECT_EQ(Text(Suspend()), "STATE_CONFLICT id");
  EXPECT_THAT(std::string(Suspend().message()), HasSubstr("is suspended"));
  EXPECT_EQ(Text(Approve("acme")), "STATE_CONFLICT id");
  ASSERT_TRUE(Revoke().ok());
  for (const absl::Status& status : {Suspend(), Reinstate(), Revoke(), Approve("acme"), Discard("acme"),
                                     registry_.Update(kAdmin, Acme(), RunMode::kReal).status()}) {
    EXPECT_EQ(Text(status), "STATE_CONFLICT id");
    EXPECT_THAT(std::string(status.message()), HasSubstr("is revoked"));
  }
  ASSERT_TRUE(RegisterPending().ok());
  for (const absl::Status& status : {registry_.Suspend(kAdmin, "other", "x", false, RunMode::kReal).status(),
                                     registry_.Reinstate(kAdmin, "other", "x", RunMode::kReal).status(),
                                     registry_.Revoke(kAdmin, "other", "x", RunMode::kReal).status(),
                                     registry_.Update(kAdmin, Other(), RunMode::kReal).status()}) {
    EXPECT_EQ(Text(status), "STATE_CONFLICT id");
    EXPECT_THAT(std::string(status.message()), HasSubstr("is pending"));
  }
}

TEST_F(ProviderStatesTest, WhatDoesNotExistIsNotFound) {
  EXPECT_EQ(Text(registry_.Suspend(kAdmin, "x", "x", false, RunMode::kReal).status()), "NOT_FOUND id");
  EXPECT_EQ(Text(registry_.Reinstate(kAdmin, "x", "x", RunMode::kReal).status()), "NOT_FOUND id");
  EXPECT_EQ(Text(registry_.Revoke(kAdmin, "x", "x", RunMode::kDry).status()), "NOT_FOUND id");
  EXPECT_EQ(Text(registry_.Update(kAdmin, Other(), RunMode::kReal).status()), "NOT_FOUND id");
  EXPECT_EQ(Text(Approve("x")), "NOT_FOUND id");
}

TEST_F(ProviderStatesTest, NoteIsMandatoryWhereSomethingIsTakenAway) {
  EXPECT_EQ(Text(registry_.Suspend(kAdmin, "acme", "", false, RunMode::kDry).status()), "MISSING_FIELD note");
  EXPECT_EQ(Text(registry_.Revoke(kAdmin, "acme", "", RunMode::kDry).status()), "MISSING_FIELD note");
  EXPECT_EQ(Text(registry_.Reinstate(kAdmin, "acme", "a\nb", RunMode::kDry).status()), "INVALID_FIELD note");
}

TEST_F(ProviderStatesTest, PendingProviderIsApprovedOrForgotten) {
  ASSERT_TRUE(RegisterPending().ok());
  EXPECT_EQ(Known("other").state, ProviderState::kPending);
  EXPECT_EQ(Known("other").pending_change, "change-1");
  ASSERT_TRUE(Approve("other").ok());
  EXPECT_EQ(Known("other").state, ProviderState::kApproved);
  EXPECT_EQ(Known("other").pending_change, "");
  EXPECT_EQ(Known("other").state_note, "checked");
  EXPECT_THAT(Actions(), ElementsAre("provider/acme provider.register", "provider/other provider.register",
                                     "provider/other provider.approve"));
}

TEST_F(ProviderStatesTest, DiscardedRegistrationLeavesNameAndCodesFree) {
  ASSERT_TRUE(RegisterPending().ok());
  ASSERT_TRUE(Discard("other").ok());
  EXPECT_EQ(ReasonOf(registry_.Get("other").status()), Reason::kNotFound);
  EXPECT_TRUE(registry_.Register(kAdmin, Other()).ok());
  EXPECT_THAT(Actions(), Contains("provider/other provider.discard"));
}

TEST_F(ProviderStatesTest, DiscardedRegistrationTakesItsNumbersAndUsersWithItInTheAudit) {
  ASSERT_TRUE(RegisterPending().ok());
  // As an earlier version let it have them.
  AssignNumber("9999", 12155550100);
  ASSERT_TRUE(database_
                  .Write([](store::Transaction& transaction) -> absl::Status {
                    STI_RETURN_IF_ERROR(InsertApiUser(transaction, {"kms", "other", kNow}, "hash"));
                    return InsertApiUser(transaction, {"ops", "other", kNow}, "hash");
                  })
                  .ok());
  ProviderChange change;
  ASSERT_TRUE(database_
                  .Write([&](store::Transaction& transaction) -> absl::Status {
                    STI_ASSIGN_OR_RETURN(change, registry_.Discard(transaction, kAdmin, "other"));
                    return absl::OkStatus();
                  })
                  .ok());
  registry_.Committed(change);
  EXPECT_EQ(publications_, 1);
  EXPECT_THAT(Actions(), ElementsAre("provider/acme provider.register", "provider/other provider.register",
                                     "spc/9999 numbers.withdraw", "user/kms user.delete",
                                     "user/ops user.delete", "provider/other provider.discard"));
  EXPECT_TRUE(database_
                  .Read([&](store::Transaction& transaction) -> absl::Status {
                    STI_ASSIGN_OR_RETURN(const auto left, AllNumbers(transaction));
                    EXPECT_TRUE(left.empty());
                    STI_ASSIGN_OR_RETURN(const auto users, ListApiUsers(transaction, "", "", 10));
                    EXPECT_TRUE(users.empty());
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_F(ProviderStatesTest, SuspensionAsksEveryCaOnlyByChoice) {
  ASSERT_TRUE(Suspend(false).ok());
  EXPECT_THAT(Open("1234"), IsEmpty());
  EXPECT_EQ(wakes_, 0);
  ASSERT_TRUE(Reinstate().ok());
  ASSERT_TRUE(Suspend(true).ok());
  EXPECT_EQ(wakes_, 1);
  EXPECT_THAT(Open("1234"), ElementsAre("ca.example:50051 1234 reason 5 in 0"));
  EXPECT_THAT(Open("5678"), ElementsAre("ca.example:50051 5678 reason 5 in 0"));
}

TEST_F(ProviderStatesTest, CaIsAskedAgainWhenTheLastTokenIsOver) {
  LogToken("a", absl::Minutes(10));
  LogToken("b", absl::Minutes(30));
  LogToken("old", -absl::Seconds(1));
  const auto change = registry_.Suspend(kAdmin, "acme", "fraud", true, RunMode::kReal);
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_THAT(change->effects, Contains(HasSubstr("2 SPC tokens have not expired")));
  EXPECT_THAT(change->effects, Contains(HasSubstr("2025-06-15T15:38:40")));  // two minutes after the last
  EXPECT_THAT(Open("1234"),
              ElementsAre("ca.example:50051 1234 reason 5 in 0", "ca.example:50051 1234 reason 5 in 1920"));
}

TEST_F(ProviderStatesTest, ReinstatementCallsOffWhatNoCaHasConfirmed) {
  ASSERT_TRUE(Suspend(true).ok());
  const auto would = registry_.Reinstate(kAdmin, "acme", "", RunMode::kDry);
  EXPECT_THAT(would->effects, Contains(HasSubstr("2 revocations by code")));
  EXPECT_EQ(Open("1234").size(), 1u);
  ASSERT_TRUE(Reinstate().ok());
  EXPECT_THAT(Open("1234"), IsEmpty());
  EXPECT_THAT(Open("5678"), IsEmpty());
}

TEST_F(ProviderStatesTest, RevokedProviderGivesItsCodesFreeOnceTheCasHaveConfirmed) {
  ASSERT_TRUE(Revoke().ok());
  EXPECT_EQ(wakes_, 1);
  Provider heir{"heir", "Heir", {"1234"}, {"acme-as"}, {}};
  const absl::Status early = registry_.Register(kAdmin, heir).status();
  EXPECT_EQ(Text(early), "STATE_CONFLICT provider.spcs[0]");
  EXPECT_THAT(std::string(early.message()), HasSubstr(kCa));
  ConfirmAll("1234");
  ASSERT_TRUE(registry_.Register(kAdmin, heir).ok());
  // It is still shown as it was.
  EXPECT_EQ(Known().state, ProviderState::kRevoked);
  EXPECT_THAT(Known().spcs, ElementsAre("1234", "5678"));
  EXPECT_THAT(Known().client_identities, ElementsAre("acme-as"));
  EXPECT_THAT(Known("heir").spcs, ElementsAre("1234"));
  EXPECT_EQ(Text(registry_.Register(kAdmin, Acme()).status()), "ALREADY_EXISTS provider.id");
}

TEST_F(ProviderStatesTest, CaThatIsNoLongerConfiguredKeepsNoCode) {
  ASSERT_TRUE(Revoke().ok());
  const ProviderRegistry without(database_, clock_);
  EXPECT_TRUE(without.Register(kAdmin, {"heir", "Heir", {"1234"}, {}, {}}).ok());
}

TEST_F(ProviderStatesTest, RevocationWithdrawsTheNumbersWithIt) {
  AssignNumber("1234", 12155550100);
  AssignNumber("5678", 12155550102);
  ASSERT_TRUE(registry_.Register(kAdmin, Other()).ok());
  AssignNumber("9999", 12155550104);
  const auto would = registry_.Revoke(kAdmin, "acme", "gone", RunMode::kDry);
  EXPECT_THAT(would->effects, Contains(HasSubstr("2 ranges of numbers")));
  ASSERT_TRUE(Revoke().ok());
  EXPECT_EQ(publications_, 1);
  int64_t sequence = 0;
  std::vector<NumberBlock> left;
  EXPECT_TRUE(database_
                  .Read([&](store::Transaction& transaction) -> absl::Status {
                    STI_ASSIGN_OR_RETURN(left, AllNumbers(transaction));
                    STI_ASSIGN_OR_RETURN(sequence, NumberListSequence(transaction));
                    return absl::OkStatus();
                  })
                  .ok());
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].spc, "9999");
  EXPECT_THAT(Actions(), Contains("spc/1234 numbers.withdraw"));
  EXPECT_THAT(Actions(), Contains("spc/5678 numbers.withdraw"));
  EXPECT_EQ(sequence, 1);
}

TEST_F(ProviderStatesTest, DryRunChangesNothingAndSaysTheSame) {
  LogToken("a", absl::Minutes(10));
  const auto events = Audit().size();
  const auto would_suspend = registry_.Suspend(kAdmin, "acme", "fraud", true, RunMode::kDry);
  ASSERT_TRUE(would_suspend.ok());
  EXPECT_EQ(would_suspend->provider.state, ProviderState::kSuspended);
  ASSERT_TRUE(registry_.Revoke(kAdmin, "acme", "gone", RunMode::kDry).ok());
  Provider renamed = Acme();
  renamed.name = "Acme II";
  ASSERT_TRUE(registry_.Update(kAdmin, renamed, RunMode::kDry).ok());
  EXPECT_EQ(Known().state, ProviderState::kApproved);
  EXPECT_EQ(Known().name, "Acme Telephone, Inc.");
  EXPECT_THAT(Open("1234"), IsEmpty());
  EXPECT_EQ(wakes_, 0);
  EXPECT_EQ(Audit().size(), events);
  const auto did = registry_.Suspend(kAdmin, "acme", "fraud", true, RunMode::kReal);
  EXPECT_EQ(did->effects, would_suspend->effects);
}

TEST_F(ProviderStatesTest, FailedWriteLeavesNothingBehind) {
  for (const bool revoke : {false, true}) {
    database_.FailWrite(1);
    EXPECT_EQ(ReasonOf(revoke ? Revoke() : Suspend(true)), Reason::kStorageFailed);
    EXPECT_EQ(Known().state, ProviderState::kApproved);
    EXPECT_THAT(Open("1234"), IsEmpty());
    EXPECT_EQ(wakes_, 0);
    EXPECT_EQ(Audit().size(), 1u);
  }
}

TEST_F(ProviderStatesTest, UpdateReplacesAllAndKeepsTheState) {
  ASSERT_TRUE(Suspend().ok());
  Provider update{"acme", "Acme II", {"5678", "777A"}, {}, {}, {{"noc", "NOC", "noc@acme.example", ""}}};
  const auto change = registry_.Update(kAdmin, update, RunMode::kReal);
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_THAT(change->effects, ElementsAre(HasSubstr("becomes \"Acme II\""), HasSubstr("SPC 777A"),
                                           HasSubstr("SPC 1234 is taken away"),
                                           HasSubstr("\"acme-as\" may no longer"), HasSubstr("contacts")));
  const Provider known = Known();
  EXPECT_EQ(known.name, "Acme II");
  EXPECT_THAT(known.spcs, ElementsAre("5678", "777A"));
  EXPECT_THAT(known.client_identities, IsEmpty());
  EXPECT_EQ(known.contacts, update.contacts);
  EXPECT_EQ(known.state, ProviderState::kSuspended);
  EXPECT_EQ(known.state_note, "fraud");
  EXPECT_TRUE(change->asks_authorities);
  EXPECT_EQ(ReasonOf(registry_.Register(kAdmin, {"heir", "Heir", {"1234"}, {"acme-as"}, {}}).status()),
            Reason::kStateConflict)
      << "certificates for the code may still be about";
  ConfirmAll("1234");
  EXPECT_TRUE(registry_.Register(kAdmin, {"heir", "Heir", {"1234"}, {"acme-as"}, {}}).ok());
}

TEST_F(ProviderStatesTest, ACodeTakenAwayStaysToBeRevokedWhenItsFormerProviderIsReinstated) {
  ASSERT_TRUE(Suspend().ok());
  Provider without = Known();
  without.spcs = {"5678"};
  ASSERT_TRUE(registry_.Update(kAdmin, without, RunMode::kReal).ok());
  ASSERT_TRUE(registry_.Reinstate(kAdmin, "acme", "", RunMode::kReal).ok());
  EXPECT_THAT(Open("1234"), ::testing::Not(IsEmpty()));
  EXPECT_THAT(Open("5678"), IsEmpty());
}

TEST_F(ProviderStatesTest, ACodeThatIsItsOwnAgainIsNotRevokedAnyMore) {
  Provider without = Known();
  const std::vector<std::string> all = without.spcs;
  without.spcs = {"5678"};
  ASSERT_TRUE(registry_.Update(kAdmin, without, RunMode::kReal).ok());
  EXPECT_THAT(Open("1234"), ::testing::Not(IsEmpty()));
  without.spcs = all;
  const auto back = registry_.Update(kAdmin, without, RunMode::kReal);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(back->widens_rights);
  EXPECT_THAT(Open("1234"), IsEmpty());
}

TEST_F(ProviderStatesTest, UpdateObeysTheRulesOfRegistration) {
  ASSERT_TRUE(registry_.Register(kAdmin, Other()).ok());
  const auto refusal = [&](const Provider& provider) {
    return Text(registry_.Update(kAdmin, provider, RunMode::kReal).status());
  };
  Provider update = Acme();
  update.spcs = {"1234", "9999"};
  EXPECT_EQ(refusal(update), "ALREADY_EXISTS provider.spcs[1]");
  update = Acme();
  update.client_identities = {"acme-as", "other-as"};
  EXPECT_EQ(refusal(update), "ALREADY_EXISTS provider.client_identities[1]");
  update = Acme();
  update.spcs.clear();
  EXPECT_EQ(refusal(update), "MISSING_FIELD provider.spcs");
  update = Acme();
  update.contacts = {{"noc", "", "", ""}};
  EXPECT_EQ(refusal(update), "MISSING_FIELD provider.contacts[0].email");
  EXPECT_THAT(Known().spcs, ElementsAre("1234", "5678"));
}

TEST_F(ProviderStatesTest, CodeWithNumbersIsNotTakenAway) {
  AssignNumber("5678", 12155550102);
  Provider update = Acme();
  update.spcs = {"1234"};
  const absl::Status refused = registry_.Update(kAdmin, update, RunMode::kDry).status();
  EXPECT_EQ(Text(refused), "STATE_CONFLICT provider.spcs");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("5678"));
  update.spcs = {"5678"};
  EXPECT_TRUE(registry_.Update(kAdmin, update, RunMode::kReal).ok());
}

TEST_F(ProviderStatesTest, UpdateThatChangesNothingIsNoEvent) {
  const auto change = registry_.Update(kAdmin, Acme(), RunMode::kReal);
  ASSERT_TRUE(change.ok());
  EXPECT_THAT(change->effects, ElementsAre("nothing changes"));
  EXPECT_EQ(Audit().size(), 1u);
}

TEST_F(ProviderStatesTest, EachChangeIsInTheAuditWithBeforeAndAfter) {
  Provider renamed = Acme();
  renamed.name = "Acme \"II\"";
  ASSERT_TRUE(registry_.Update(kAdmin, renamed, RunMode::kReal).ok());
  ASSERT_TRUE(Suspend().ok());
  ASSERT_TRUE(Reinstate().ok());
  ASSERT_TRUE(Revoke().ok());
  EXPECT_THAT(Actions(), ElementsAre("provider/acme provider.register", "provider/acme provider.update",
                                     "provider/acme provider.suspend", "provider/acme provider.reinstate",
                                     "provider/acme provider.revoke"));
  const std::vector<store::AuditRecord> audit = Audit();
  EXPECT_EQ(audit[0].event.before, "");
  EXPECT_EQ(audit[0].event.after,
            R"({"client_identities":["acme-as"],"contacts":[],"name":"Acme Telephone, Inc.",)"
            R"("spcs":["1234","5678"],"state":"approved"})");
  EXPECT_EQ(audit[1].event.before, audit[0].event.after);
  EXPECT_THAT(audit[1].event.after, HasSubstr(R"("name":"Acme \"II\"")"));
  EXPECT_THAT(audit[2].event.after, HasSubstr(R"("state":"suspended","state_note":"fraud")"));
  EXPECT_EQ(audit[4].actor.client, "admin.example");
  EXPECT_EQ(audit[4].actor.request_id, "request-1");
  EXPECT_THAT(audit[4].event.spcs, ElementsAre("1234", "5678"));
}

TEST_F(ProviderStatesTest, TheLargestProviderFitsIntoTheAudit) {
  Provider large{"large", std::string(256, '"'), {}, {}, {}};
  for (int i = 0; i < 256; ++i) {
    large.spcs.push_back(absl::StrCat("AAAAAAA", i));
    large.client_identities.push_back(absl::StrCat(std::string(253, '\\'), i));
  }
  large.contacts.assign(16,
                        {std::string(32, 'a'), std::string(256, '"'), "noc@large.example", "+12155551212"});
  ASSERT_TRUE(registry_.Register(kAdmin, large).ok());
  const absl::Status suspended =
      registry_.Suspend(kAdmin, "large", std::string(1024, '"'), false, RunMode::kReal).status();
  EXPECT_TRUE(suspended.ok()) << suspended;
  EXPECT_THAT(Audit().back().event.after, HasSubstr(R"("client_identities":{"count":256,"sha256":")"));
}

}  // namespace
}  // namespace sti::pa
