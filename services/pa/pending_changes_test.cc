#include "services/pa/pending_changes.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/store/audit_log.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/sequence_random.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/pa/authority_change_request.h"
#include "services/pa/pa_testing.h"
#include "services/pa/provider_change_request.h"
#include "services/pa/provider_records.h"
#include "services/pa/to_proto.h"

namespace sti::pa {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using State = PendingChange::State;

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const Actor kAsks{"admin", "r-1"};
const Actor kApproves{"approver", "r-2"};
const Actor kOther{"other", "r-3"};

std::vector<ChangeAction> AllActions(const ProviderRegistry& providers,
                                     const AuthorityRegistry& authorities) {
  std::vector<ChangeAction> actions = ProviderActions(providers);
  actions.push_back(AuthorityApproval(authorities));
  return actions;
}

sti::v1::RegisterProviderRequest Acme(const std::string& id = "acme", const std::string& spc = "1234") {
  sti::v1::RegisterProviderRequest request;
  request.mutable_provider()->set_id(id);
  request.mutable_provider()->set_name("Acme Tel");
  request.mutable_provider()->add_spcs(spc);
  request.mutable_provider()->add_client_identities(absl::StrCat("sti-as.", id));
  return request;
}

sti::v1::ApproveAuthorityRequest DemoCa() {
  sti::v1::ApproveAuthorityRequest request;
  request.set_name("Demo CA");
  request.set_root_pem(ReadDemo("root.pem"));
  return request;
}

class PendingChangesTest : public ::testing::Test {
 protected:
  // The id of the change.
  std::string AskForAcme() const {
    const absl::StatusOr<Provider> asked = AskToRegister(changes_, providers_, kAsks, Acme());
    EXPECT_TRUE(asked.ok()) << asked.status();
    return asked.ok() ? asked->pending_change : "";
  }
  std::string AskForDemoCa() const {
    const absl::StatusOr<Authority> asked = AskToApprove(changes_, authorities_, kAsks, DemoCa());
    EXPECT_TRUE(asked.ok()) << asked.status();
    return asked.ok() ? asked->pending_change : "";
  }
  std::string Approve(const Actor& actor, const std::string& id) const {
    return std::string(ReasonName(ReasonOf(changes_.Approve(actor, id, "").status())));
  }
  std::vector<PendingChange> Listed(bool include_decided) const {
    const absl::StatusOr<PendingChangePage> page = changes_.List(include_decided, 0, "");
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? page->changes : std::vector<PendingChange>();
  }
  ProviderState StateOfAcme() const { return providers_.Get("acme")->state; }
  // "action by client" of every event, in their order.
  std::vector<std::string> Audit() const {
    std::vector<std::string> lines;
    EXPECT_TRUE(real_
                    ->Read([&](store::Transaction& transaction) -> absl::Status {
                      lines.clear();
                      const auto records = store::ListAudit(transaction, {}, 0, 1000);
                      for (const store::AuditRecord& record : *records)
                        lines.push_back(absl::StrCat(record.event.action, " by ", record.actor.client));
                      return records.status();
                    })
                    .ok());
    return lines;
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow};
  testing::SequenceRandom random_;
  const DocumentSigner list_signer_ = DemoSigner("pa-token-signer");
  const DocumentSigner crl_signer_ = DemoSigner("pa-crl-signer");
  TrustPublisher publisher_{database_, list_signer_, crl_signer_, {absl::Hours(24), ""}, clock_};
  const ProviderRegistry providers_{database_, clock_};
  const AuthorityRegistry authorities_{database_, publisher_, clock_};
  const PendingChanges changes_{
      database_, clock_, random_, {true, absl::Hours(72)}, AllActions(providers_, authorities_)};
};

TEST_F(PendingChangesTest, ProviderWaitsUntilSomebodyElseAgrees) {
  const std::string id = AskForAcme();
  EXPECT_EQ(StateOfAcme(), ProviderState::kPending);
  const std::vector<PendingChange> waiting = Listed(false);
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(waiting[0].id, id);
  EXPECT_EQ(waiting[0].action, "provider.register");
  EXPECT_EQ(waiting[0].object, "provider/acme");
  EXPECT_THAT(waiting[0].summary, HasSubstr("\"Acme Tel\", with SPC 1234"));
  EXPECT_EQ(waiting[0].requested_by, "admin");
  EXPECT_EQ(waiting[0].expires, kNow + absl::Hours(72));

  const absl::StatusOr<PendingChange> done = changes_.Approve(kApproves, id, "seen their licence");
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->state, State::kApproved);
  EXPECT_EQ(StateOfAcme(), ProviderState::kApproved);
  EXPECT_THAT(Listed(false), IsEmpty());
  const std::vector<PendingChange> decided = Listed(true);
  ASSERT_EQ(decided.size(), 1u);
  EXPECT_EQ(decided[0].state, State::kApproved);
  EXPECT_EQ(decided[0].decided_by, "approver");
  EXPECT_EQ(decided[0].note, "seen their licence");
  EXPECT_THAT(Audit(), ElementsAre("change.request by admin", "provider.register by admin",
                                   "provider.approve by approver", "change.approve by approver"));
}

TEST_F(PendingChangesTest, WhoAskedNeverApproves) {
  const std::string id = AskForAcme();
  EXPECT_EQ(Approve(kAsks, id), "PERMISSION_DENIED");
  EXPECT_EQ(Approve({"admin", "another request"}, id), "PERMISSION_DENIED");
  EXPECT_EQ(StateOfAcme(), ProviderState::kPending);
  EXPECT_EQ(Listed(false).size(), 1u);
  EXPECT_EQ(Audit().size(), 2u);
  EXPECT_EQ(Approve(kApproves, id), "NONE");
}

TEST_F(PendingChangesTest, WhatIsDecidedStaysDecided) {
  const std::string approved = AskForAcme();
  EXPECT_EQ(Approve(kApproves, approved), "NONE");
  EXPECT_EQ(Approve(kOther, approved), "STATE_CONFLICT");
  EXPECT_EQ(ReasonOf(changes_.Reject(kOther, true, approved, "no").status()), Reason::kStateConflict);
  const std::string rejected = AskForDemoCa();
  ASSERT_TRUE(changes_.Reject(kApproves, true, rejected, "unknown to us").ok());
  EXPECT_EQ(Approve(kOther, rejected), "STATE_CONFLICT");
  EXPECT_EQ(ReasonOf(changes_.Reject(kOther, true, rejected, "no").status()), Reason::kStateConflict);
  EXPECT_EQ(Approve(kApproves, ""), "MISSING_FIELD");
  EXPECT_EQ(Approve(kApproves, "no such"), "NOT_FOUND");
}

TEST_F(PendingChangesTest, RejectionLeavesNothingBehindButTheRecord) {
  const std::string provider = AskForAcme();
  const std::string authority = AskForDemoCa();
  const absl::StatusOr<PendingChange> rejected = changes_.Reject(kApproves, true, provider, "no licence");
  ASSERT_TRUE(rejected.ok()) << rejected.status();
  EXPECT_EQ(rejected->state, State::kRejected);
  ASSERT_TRUE(changes_.Reject(kApproves, true, authority, "unknown to us").ok());
  EXPECT_EQ(ReasonOf(providers_.Get("acme").status()), Reason::kNotFound);
  EXPECT_THAT(authorities_.List()->authorities, IsEmpty());
  EXPECT_EQ(authorities_.List()->trust_list_sequence, 1);
  EXPECT_EQ(Listed(true)[1].note, "no licence");
  EXPECT_THAT(Audit(), ::testing::Contains("change.reject by approver").Times(2));
  // The codes are free again.
  EXPECT_EQ(Approve(kApproves, AskForAcme()), "NONE");
}

TEST_F(PendingChangesTest, RejectionNeedsANoteAndAnApproverOrTheOneWhoAsked) {
  const std::string id = AskForAcme();
  const absl::Status no_note = changes_.Reject(kApproves, true, id, "").status();
  EXPECT_EQ(ReasonOf(no_note), Reason::kMissingField);
  EXPECT_EQ(FieldOf(no_note), "note");
  EXPECT_EQ(ReasonOf(changes_.Reject(kOther, false, id, "no").status()), Reason::kPermissionDenied);
  EXPECT_EQ(ReasonOf(changes_.Reject(kOther, false, "no such", "no").status()), Reason::kPermissionDenied);
  EXPECT_EQ(ReasonOf(changes_.Reject(kOther, true, "no such", "no").status()), Reason::kNotFound);
  EXPECT_EQ(StateOfAcme(), ProviderState::kPending);
  EXPECT_TRUE(changes_.Reject(kAsks, false, id, "a mistake").ok());
}

TEST_F(PendingChangesTest, NobodyInTimeMeansExpired) {
  const std::string id = AskForAcme();
  clock_.Advance(absl::Hours(72) - absl::Seconds(1));
  ASSERT_TRUE(changes_.ExpireOverdue().ok());
  EXPECT_EQ(Listed(false).size(), 1u);
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Listed(false), IsEmpty());
  ASSERT_EQ(Listed(true).size(), 1u);
  EXPECT_EQ(Listed(true)[0].state, State::kExpired);
  EXPECT_EQ(Approve(kApproves, id), "STATE_CONFLICT");
  ASSERT_TRUE(changes_.ExpireOverdue().ok());
  ASSERT_TRUE(changes_.ExpireOverdue().ok());
  EXPECT_EQ(Approve(kApproves, id), "STATE_CONFLICT");
  EXPECT_EQ(Listed(true)[0].decided_by, "sti-pa");
  EXPECT_EQ(ReasonOf(providers_.Get("acme").status()), Reason::kNotFound);
  EXPECT_THAT(Audit(), ::testing::Contains("change.expire by sti-pa").Times(1));
}

TEST_F(PendingChangesTest, ChangeThatCannotBeDroppedKeepsNoOther) {
  const std::string broken = AskForAcme();
  ASSERT_TRUE(AskToRegister(changes_, providers_, kAsks, Acme("second", "5678")).ok());
  ASSERT_TRUE(
      real_->Write([](store::Transaction& transaction) { return DeleteProvider(transaction, "acme"); }).ok());
  clock_.Advance(absl::Hours(72));
  const absl::Status expired = changes_.ExpireOverdue();
  EXPECT_EQ(ReasonOf(expired), Reason::kNotFound);
  EXPECT_THAT(std::string(expired.message()), HasSubstr(broken));
  EXPECT_EQ(ReasonOf(providers_.Get("second").status()), Reason::kNotFound);
  EXPECT_THAT(Audit(), ::testing::Contains("change.expire by sti-pa").Times(1));
}

TEST_F(PendingChangesTest, LastSecondIsInTime) {
  const std::string id = AskForAcme();
  clock_.Advance(absl::Hours(72) - absl::Seconds(1));
  EXPECT_EQ(Approve(kApproves, id), "NONE");
}

TEST_F(PendingChangesTest, WhatIsNotPossibleAnyMoreStaysPending) {
  const std::string id = AskForDemoCa();
  clock_.Set(DemoCertificate("root").not_after() + absl::Seconds(1));
  // With a change that lives as long as that.
  const PendingChanges patient{
      database_, clock_, random_, {true, absl::Hours(24 * 365 * 100)}, AllActions(providers_, authorities_)};
  clock_.Set(kNow);
  ASSERT_TRUE(changes_.Reject(kAsks, false, id, "again, for longer").ok());
  const std::string longer = AskToApprove(patient, authorities_, kAsks, DemoCa())->pending_change;
  clock_.Set(DemoCertificate("root").not_after() + absl::Seconds(1));
  EXPECT_EQ(ReasonOf(patient.Approve(kApproves, longer, "").status()), Reason::kCertificateExpired);
  ASSERT_EQ(Listed(false).size(), 1u);
  EXPECT_EQ(Listed(false)[0].state, State::kPending);
  EXPECT_EQ(authorities_.List()->trust_list_sequence, 1);
  clock_.Set(kNow);
  EXPECT_TRUE(patient.Approve(kApproves, longer, "").ok());
  EXPECT_EQ(publisher_.TrustList()->sequence, 2);
}

TEST_F(PendingChangesTest, CrashBeforeTheCommitLeavesItPendingAndUndone) {
  const std::string id = AskForAcme();
  database_.FailWrite(1);  // everything ran, and the commit fails
  EXPECT_EQ(Approve(kApproves, id), "STORAGE_FAILED");
  EXPECT_EQ(StateOfAcme(), ProviderState::kPending);
  EXPECT_EQ(Listed(false).size(), 1u);
  EXPECT_EQ(Audit().size(), 2u);
  EXPECT_EQ(Approve(kApproves, id), "NONE");
}

TEST_F(PendingChangesTest, FailedRequestLeavesNothing) {
  database_.FailWrite(1);
  EXPECT_FALSE(AskToRegister(changes_, providers_, kAsks, Acme()).ok());
  EXPECT_THAT(Listed(true), IsEmpty());
  EXPECT_EQ(ReasonOf(providers_.Get("acme").status()), Reason::kNotFound);
  EXPECT_THAT(Audit(), IsEmpty());
  // Nor does one that the registry refuses.
  AskForAcme();
  EXPECT_EQ(FieldOf(AskToRegister(changes_, providers_, kAsks, Acme("other", "1234")).status()),
            "provider.spcs[0]");
  EXPECT_EQ(FieldOf(AskToRegister(changes_, providers_, kAsks, Acme("Other", "1234")).status()),
            "provider.id");
  EXPECT_EQ(Listed(true).size(), 1u);
}

TEST_F(PendingChangesTest, TwoApproversAtTwoReplicasDoItOnce) {
  const std::string id = AskForDemoCa();
  const std::unique_ptr<store::Database> second = OpenScratchDatabase(dir_);
  TrustPublisher other_publisher{*second, list_signer_, crl_signer_, {absl::Hours(24), ""}, clock_};
  const ProviderRegistry other_providers{*second, clock_};
  const AuthorityRegistry other_authorities{*second, other_publisher, clock_};
  const PendingChanges other{
      *second, clock_, random_, {true, absl::Hours(72)}, AllActions(other_providers, other_authorities)};
  Reason first_reason = Reason::kInternal, second_reason = Reason::kInternal;
  std::thread first([&] { first_reason = ReasonOf(changes_.Approve(kApproves, id, "").status()); });
  std::thread competing([&] { second_reason = ReasonOf(other.Approve(kOther, id, "").status()); });
  first.join();
  competing.join();
  EXPECT_NE(first_reason, second_reason);
  EXPECT_TRUE(first_reason == Reason::kNone || second_reason == Reason::kNone);
  EXPECT_TRUE(first_reason == Reason::kStateConflict || second_reason == Reason::kStateConflict);
  EXPECT_EQ(authorities_.List()->trust_list_sequence, 2);
  EXPECT_EQ(Audit().size(), 4u);
}

TEST_F(PendingChangesTest, SameThingIsAskedForOnce) {
  const std::string id = AskForDemoCa();
  const absl::Status again = AskToApprove(changes_, authorities_, kOther, DemoCa()).status();
  EXPECT_EQ(ReasonOf(again), Reason::kAlreadyExists);
  EXPECT_THAT(std::string(again.message()), HasSubstr(id));
}

TEST_F(PendingChangesTest, RevocationOfAProviderWaitsAndShowsWhatItWillDo) {
  EXPECT_EQ(Approve(kApproves, AskForAcme()), "NONE");
  sti::v1::RevokeProviderRequest request;
  request.set_id("acme");
  request.set_note("fraud");
  const auto asked = AskToRevoke(changes_, providers_, kAsks, request);
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(asked->provider().state(), sti::v1::Provider::STATE_APPROVED);
  EXPECT_GT(asked->effects_size(), 0);
  EXPECT_THAT(asked->pending().summary(), HasSubstr("fraud"));
  EXPECT_EQ(StateOfAcme(), ProviderState::kApproved);
  EXPECT_EQ(Approve(kAsks, asked->pending().id()), "PERMISSION_DENIED");
  EXPECT_EQ(Approve(kApproves, asked->pending().id()), "NONE");
  EXPECT_EQ(StateOfAcme(), ProviderState::kRevoked);
  request.clear_note();
  EXPECT_EQ(FieldOf(AskToRevoke(changes_, providers_, kAsks, request).status()), "note");
}

TEST_F(PendingChangesTest, MoreRightsForAProviderWaitAndAreWhatWasShown) {
  EXPECT_EQ(Approve(kApproves, AskForAcme()), "NONE");
  sti::v1::UpdateProviderRequest request;
  *request.mutable_provider() = ToProto(*providers_.Get("acme"));
  request.mutable_provider()->add_spcs("9999");
  request.mutable_provider()->add_client_identities("sti-as.elsewhere");
  const auto asked = AskToUpdate(changes_, providers_, kAsks, request);
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_THAT(asked->pending().summary(), HasSubstr("9999"));
  EXPECT_THAT(asked->pending().summary(), HasSubstr("sti-as.elsewhere"));
  EXPECT_EQ(providers_.Get("acme")->spcs.size() + 1, static_cast<size_t>(request.provider().spcs_size()));
  EXPECT_EQ(Approve(kAsks, asked->pending().id()), "PERMISSION_DENIED");
  // Another change comes between: what would happen now is not what was shown.
  Provider renamed = *providers_.Get("acme");
  renamed.name = "Acme II";
  ASSERT_TRUE(providers_.Update(kOther, renamed, RunMode::kReal).ok());
  EXPECT_EQ(Approve(kApproves, asked->pending().id()), "STATE_CONFLICT");
  EXPECT_EQ(providers_.Get("acme")->name, "Acme II");
  ASSERT_TRUE(changes_.Reject(kApproves, true, asked->pending().id(), "stale").ok());

  request.mutable_provider()->set_name("Acme II");
  const auto again = AskToUpdate(changes_, providers_, kAsks, request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(Approve(kApproves, again->pending().id()), "NONE");
  EXPECT_EQ(providers_.Get("acme")->spcs.back(), "9999");
}

TEST_F(PendingChangesTest, PagesComeNewestFirstWithoutGapOrOverlap) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(
        AskToRegister(changes_, providers_, kAsks, Acme(absl::StrCat("p", i), absl::StrCat("100", i))).ok());
  }
  std::string seen, token;
  do {
    const absl::StatusOr<PendingChangePage> page = changes_.List(false, 2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const PendingChange& change : page->changes) absl::StrAppend(&seen, change.object, " ");
    seen += "|";
    token = page->next_page_token;
  } while (!token.empty());
  EXPECT_EQ(seen, "provider/p4 provider/p3 |provider/p2 provider/p1 |provider/p0 |");
  EXPECT_EQ(FieldOf(changes_.List(false, 1001, "").status()), "page_size");
  EXPECT_EQ(FieldOf(changes_.List(false, 0, "nonsense").status()), "page_token");
}

TEST_F(PendingChangesTest, OnlySoManyWait) {
  const auto ask = [&](size_t i) {
    return ReasonOf(changes_
                        .Ask(kAsks, {"provider.revoke", absl::StrCat("provider/p", i), "", {}, ""},
                             [](store::Transaction&, const PendingChange&) { return absl::OkStatus(); })
                        .status());
  };
  for (size_t i = 1; i <= limits::kPendingChanges; ++i) ASSERT_EQ(ask(i), Reason::kNone) << i;
  EXPECT_EQ(ask(0), Reason::kStateConflict);
  EXPECT_TRUE(changes_.Reject(kAsks, false, Listed(false)[0].id, "room for another").ok());
  EXPECT_EQ(ask(0), Reason::kNone);
}

}  // namespace
}  // namespace sti::pa
