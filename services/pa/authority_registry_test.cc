#include "services/pa/authority_registry.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/store/audit_log.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "services/pa/authority_state.h"
#include "services/pa/pa_testing.h"

namespace sti::pa {
namespace {

const Actor kAdmin{"admin", "r-1"};

class AuthorityRegistryTest : public ::testing::Test {
 protected:
  // A self-signed certificate of the openssl program, valid from now for a day.
  std::string SelfSigned(std::vector<std::string> key, std::vector<std::string> extensions) {
    std::vector<std::string> arguments = {"openssl", "req",
                                          "-x509",   "-nodes",
                                          "-days",   "1",
                                          "-config", "/dev/null",
                                          "-subj",   "/C=US/CN=SHAKEN ROOT",
                                          "-keyout", dir_.File("key"),
                                          "-newkey"};
    arguments.insert(arguments.end(), key.begin(), key.end());
    for (const std::string& extension : extensions) {
      arguments.emplace_back("-addext");
      arguments.push_back(extension);
    }
    const testing::Finished made = testing::Run(arguments);
    EXPECT_EQ(made.exit_code, 0) << made.err;
    return made.out;
  }
  std::string Refusal(const std::string& pem) const {
    const absl::Status status = registry_.Approve(kAdmin, {"Demo CA", pem}).status();
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  }

  // "action by client", a line each.
  std::string Audit() const {
    std::string lines;
    EXPECT_TRUE(real_
                    ->Read([&](store::Transaction& transaction) -> absl::Status {
                      lines.clear();
                      const auto records = store::ListAudit(transaction, {}, 0, 1000);
                      for (const store::AuditRecord& record : *records)
                        absl::StrAppend(&lines, record.event.action, " by ", record.actor.client, "\n");
                      return records.status();
                    })
                    .ok());
    return lines;
  }

  const std::vector<std::string> p256_ = {"ec", "-pkeyopt", "ec_paramgen_curve:P-256"};
  const std::vector<std::string> p384_ = {"ec", "-pkeyopt", "ec_paramgen_curve:P-384"};
  const std::vector<std::string> ca_ = {"basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"};

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{absl::Now() + absl::Seconds(1)};
  const DocumentSigner list_signer_ = DemoSigner("pa-token-signer");
  const DocumentSigner crl_signer_ = DemoSigner("pa-crl-signer");
  TrustPublisher publisher_{database_, list_signer_, crl_signer_, {}, clock_};
  const AuthorityRegistry registry_{database_, publisher_, clock_};
};

TEST_F(AuthorityRegistryTest, ApprovedRootIsListedByItsDigest) {
  ASSERT_TRUE(registry_.Approve(kAdmin, {"Demo CA", ReadDemo("root.pem")}).ok());
  const absl::StatusOr<AuthorityListing> listing = registry_.List();
  ASSERT_EQ(listing->authorities.size(), 1u);
  const Authority& authority = listing->authorities[0];
  EXPECT_EQ(authority.name, "Demo CA");
  EXPECT_EQ(authority.state, Authority::State::kApproved);
  EXPECT_EQ(authority.root.Pem(), ReadDemo("root.pem"));
  const testing::Finished digest =
      testing::Run({"sh", "-c", "openssl x509 -in tests/vectors/demo-pki/root.pem -outform DER | sha256sum"});
  EXPECT_EQ(authority.id, digest.out.substr(0, 64));
}

TEST_F(AuthorityRegistryTest, RootsOfBothCurvesAreApproved) {
  EXPECT_EQ(Refusal(SelfSigned(p256_, ca_)), "NONE ");
  EXPECT_EQ(Refusal(SelfSigned(p384_, ca_)), "NONE ");
  EXPECT_EQ(registry_.List()->authorities.size(), 2u);
}

TEST_F(AuthorityRegistryTest, WhatIsNoRootIsRefusedForItsReason) {
  EXPECT_EQ(Refusal(""), "MISSING_FIELD root_pem");
  EXPECT_EQ(Refusal(ReadDemo("int.pem")), "CERTIFICATE_UNTRUSTED root_pem");
  EXPECT_EQ(Refusal(SelfSigned(p256_, {"basicConstraints=critical,CA:FALSE"})),
            "CERTIFICATE_NOT_CA root_pem");
  EXPECT_EQ(Refusal(SelfSigned(p256_, {ca_[0], "keyUsage=critical,digitalSignature"})),
            "CERTIFICATE_NOT_CA root_pem");
  EXPECT_EQ(Refusal(SelfSigned({"ec", "-pkeyopt", "ec_paramgen_curve:P-521"}, ca_)),
            "CERTIFICATE_KEY_UNSUPPORTED root_pem");
  EXPECT_EQ(Refusal(SelfSigned(p256_, {ca_[0], ca_[1], "1.2.3.4=critical,DER:0500"})),
            "CERTIFICATE_CRITICAL_EXTENSION root_pem");
  EXPECT_EQ(Refusal(std::string(100 * 1024, 'x')), "TOO_LARGE root_pem");
  for (const std::string& pem : {std::string("no certificate"), ReadDemo("root.pem") + ReadDemo("int.pem")}) {
    EXPECT_EQ(FieldOf(registry_.Approve(kAdmin, {"Demo CA", pem}).status()), "root_pem") << pem;
  }
  EXPECT_EQ(Refusal(SelfSigned({"rsa:2048"}, ca_)), "CERTIFICATE_KEY_UNSUPPORTED root_pem");
  EXPECT_TRUE(registry_.List()->authorities.empty());
  EXPECT_EQ(registry_.List()->trust_list_sequence, 1);
}

TEST_F(AuthorityRegistryTest, RootMustBeValidNow) {
  const pki::Certificate root = DemoCertificate("root");
  clock_.Set(root.not_after() + absl::Seconds(1));
  EXPECT_EQ(Refusal(root.Pem()), "CERTIFICATE_EXPIRED root_pem");
  clock_.Set(root.not_before() - absl::Seconds(1));
  EXPECT_EQ(Refusal(root.Pem()), "CERTIFICATE_NOT_YET_VALID root_pem");
  clock_.Set(root.not_after());
  EXPECT_EQ(Refusal(root.Pem()), "NONE ");
}

TEST_F(AuthorityRegistryTest, NameIsNeeded) {
  EXPECT_EQ(FieldOf(registry_.Approve(kAdmin, {"", ReadDemo("root.pem")}).status()), "name");
}

TEST_F(AuthorityRegistryTest, UnknownAuthorityCannotBeWithdrawn) {
  EXPECT_EQ(ReasonOf(registry_.Withdraw(kAdmin, "", "", false).status()), Reason::kMissingField);
  EXPECT_EQ(ReasonOf(registry_.Withdraw(kAdmin, "00", "", false).status()), Reason::kNotFound);
}

TEST_F(AuthorityRegistryTest, ApprovalEndsAheadAndNotAfterTheRoot) {
  const absl::Time now = clock_.TimeNow();
  const absl::Time end = DemoCertificate("root").not_after();
  const auto approve = [&](absl::Time until) {
    const absl::Status status = registry_.Approve(kAdmin, {"Demo CA", ReadDemo("root.pem"), until}).status();
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  };
  clock_.Set(absl::FromUnixSeconds(absl::ToUnixSeconds(now)));
  EXPECT_EQ(approve(clock_.TimeNow()), "INVALID_FIELD approved_until");
  EXPECT_EQ(approve(absl::InfinitePast()), "INVALID_FIELD approved_until");
  EXPECT_EQ(approve(end + absl::Seconds(1)), "INVALID_FIELD approved_until");
  EXPECT_TRUE(registry_.List()->authorities.empty());
  EXPECT_EQ(approve(end), "NONE ");
  EXPECT_EQ(approve(end), "ALREADY_EXISTS root_pem");
  EXPECT_EQ(approve(clock_.TimeNow() + absl::Seconds(1)), "NONE ");
}

TEST_F(AuthorityRegistryTest, ApprovingAgainChangesTheEndAndKeepsTheBeginning) {
  ASSERT_EQ(Refusal(ReadDemo("root.pem")), "NONE ");
  const Authority first = registry_.List()->authorities.at(0);
  EXPECT_FALSE(first.approved_until.has_value());
  clock_.Advance(absl::Hours(1));
  const absl::Time until = absl::FromUnixSeconds(absl::ToUnixSeconds(clock_.TimeNow()) + 3600);
  ASSERT_TRUE(registry_.Approve(kAdmin, {"Renamed", ReadDemo("root.pem"), until}).ok());
  const AuthorityListing listing = registry_.List().value();
  ASSERT_EQ(listing.authorities.size(), 1u);
  EXPECT_EQ(listing.authorities[0].name, "Renamed");
  EXPECT_EQ(listing.authorities[0].approved_until, until);
  EXPECT_EQ(listing.authorities[0].approved_since, first.approved_since);
  EXPECT_EQ(listing.authorities[0].state, Authority::State::kApproved);
  EXPECT_EQ(listing.trust_list_sequence, 3);
  EXPECT_EQ(publisher_.TrustList()->complete_until, until);
}

TEST_F(AuthorityRegistryTest, ApprovalThatHasEndedLeavesTheListOnceAndCanComeBack) {
  const absl::Time until = absl::FromUnixSeconds(absl::ToUnixSeconds(clock_.TimeNow()) + 60);
  ASSERT_TRUE(registry_.Approve(kAdmin, {"Demo CA", ReadDemo("root.pem"), until}).ok());
  ASSERT_TRUE(publisher_.PublishCrl().ok());
  TrustPublisher replica{database_, list_signer_, crl_signer_, {}, clock_};
  ASSERT_TRUE(replica.PublishTrustList().ok());
  ASSERT_TRUE(replica.PublishCrl().ok());
  clock_.Set(until);
  ASSERT_TRUE(publisher_.RenewIfDue().ok());
  EXPECT_EQ(registry_.List()->authorities.at(0).state, Authority::State::kApproved);
  EXPECT_EQ(publisher_.TrustList()->sequence, 2);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(registry_.List()->authorities.at(0).state, Authority::State::kExpired);
  EXPECT_EQ(registry_.List()->trust_list_sequence, 2);
  ASSERT_TRUE(replica.RenewIfDue().ok());
  ASSERT_TRUE(publisher_.RenewIfDue().ok());
  ASSERT_TRUE(replica.RenewIfDue().ok());
  EXPECT_EQ(publisher_.TrustList()->sequence, 3);
  EXPECT_EQ(replica.TrustList()->sequence, 3);
  EXPECT_EQ(Audit(),
            "authority.approve by admin\n"
            "authority.expire by sti-pa\n");
  ASSERT_EQ(Refusal(ReadDemo("root.pem")), "NONE ");
  EXPECT_EQ(registry_.List()->authorities.at(0).state, Authority::State::kApproved);
  EXPECT_EQ(publisher_.TrustList()->sequence, 4);
}

TEST_F(AuthorityRegistryTest, ApprovalThatEndedWhileNobodyRanIsOffTheFirstList) {
  const absl::Time end = DemoCertificate("root").not_after();
  clock_.Set(end);
  ASSERT_EQ(Refusal(ReadDemo("root.pem")), "NONE ");
  clock_.Set(end + absl::Seconds(1));
  // The signers of the demo STI-PA have ended before; their part is not what this is about.
  ASSERT_TRUE(ExpireAuthorities(database_, clock_.TimeNow()).ok());
  ASSERT_TRUE(ExpireAuthorities(database_, clock_.TimeNow()).ok());
  EXPECT_EQ(registry_.List()->authorities.at(0).state, Authority::State::kExpired);
  EXPECT_EQ(registry_.List()->trust_list_sequence, 3);
}

TEST_F(AuthorityRegistryTest, RestartAfterTheEndPublishesWithoutIt) {
  const absl::Time until = absl::FromUnixSeconds(absl::ToUnixSeconds(clock_.TimeNow()) + 60);
  ASSERT_TRUE(registry_.Approve(kAdmin, {"Demo CA", ReadDemo("root.pem"), until}).ok());
  clock_.Set(until + absl::Seconds(1));
  TrustPublisher next{database_, list_signer_, crl_signer_, {}, clock_};
  ASSERT_TRUE(next.PublishTrustList().ok());
  EXPECT_EQ(next.TrustList()->sequence, 3);
  EXPECT_EQ(next.TrustList()->complete_until, absl::InfiniteFuture());
}

TEST_F(AuthorityRegistryTest, WithdrawalSaysWhatItWillDoBeforeItDoes) {
  ASSERT_EQ(Refusal(ReadDemo("root.pem")), "NONE ");
  ASSERT_EQ(Refusal(SelfSigned(p256_, ca_)), "NONE ");
  const std::string id = registry_.List()->authorities.at(0).id;
  const absl::StatusOr<AuthorityChange> would = registry_.Withdraw(kAdmin, id, "key leaked", true);
  ASSERT_TRUE(would.ok()) << would.status();
  EXPECT_EQ(would->authority.state, Authority::State::kWithdrawn);
  EXPECT_EQ(would->effects.at(0), "the trust list goes from 2 to 1 STI-CAs, with sequence 4");
  EXPECT_EQ(registry_.List()->authorities.at(0).state, Authority::State::kApproved);
  EXPECT_EQ(registry_.List()->trust_list_sequence, 3);
  const absl::StatusOr<AuthorityChange> done = registry_.Withdraw(kAdmin, id, "key leaked", false);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->effects, would->effects);
  EXPECT_EQ(registry_.List()->authorities.at(0).state, Authority::State::kWithdrawn);
  EXPECT_EQ(publisher_.TrustList()->sequence, 4);
  EXPECT_EQ(Audit(),
            "authority.approve by admin\n"
            "authority.approve by admin\n"
            "authority.withdraw by admin\n");
  EXPECT_EQ(FieldOf(registry_.Withdraw(kAdmin, id, std::string(2000, 'x'), true).status()), "note");
}

TEST_F(AuthorityRegistryTest, WhatWaitsForItsApprovalIsPendingAndNotOnTheList) {
  const auto file = [](store::Transaction&, const Authority&) -> absl::StatusOr<std::string> {
    return std::string("change-1");
  };
  const ApprovalRequest request{"Demo CA", ReadDemo("root.pem")};
  const absl::StatusOr<Authority> asked = registry_.Request(kAdmin, request, file);
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(asked->state, Authority::State::kPending);
  EXPECT_EQ(asked->pending_change, "change-1");
  EXPECT_EQ(registry_.List()->trust_list_sequence, 1);
  EXPECT_EQ(ReasonOf(registry_.Withdraw(kAdmin, asked->id, "", true).status()), Reason::kStateConflict);
  const auto approve_in = [&](const std::string& change) {
    return ReasonOf(real_->Write([&](store::Transaction& transaction) {
      return registry_.ApproveIn(transaction, kAdmin, request, change);
    }));
  };
  EXPECT_EQ(approve_in("change-2"), Reason::kStateConflict);
  EXPECT_EQ(approve_in("change-1"), Reason::kNone);
  EXPECT_EQ(registry_.List()->authorities.at(0).state, Authority::State::kApproved);
  EXPECT_EQ(registry_.List()->trust_list_sequence, 2);
}

TEST_F(AuthorityRegistryTest, WithdrawalUndoesWhatWaits) {
  ASSERT_EQ(Refusal(ReadDemo("root.pem")), "NONE ");
  const ApprovalRequest request{"Demo CA", ReadDemo("root.pem"), clock_.TimeNow() + absl::Hours(1)};
  const absl::StatusOr<Authority> asked = registry_.Request(
      kAdmin, request,
      [](store::Transaction&, const Authority&) { return absl::StatusOr<std::string>("change-1"); });
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(asked->state, Authority::State::kApproved);
  ASSERT_TRUE(registry_.Withdraw(kAdmin, asked->id, "", false).ok());
  EXPECT_EQ(ReasonOf(real_->Write([&](store::Transaction& transaction) {
              return registry_.ApproveIn(transaction, kAdmin, request, "change-1");
            })),
            Reason::kStateConflict);
  EXPECT_EQ(registry_.List()->authorities.at(0).state, Authority::State::kWithdrawn);
}

TEST_F(AuthorityRegistryTest, FailedWriteChangesNeitherStateNorSequence) {
  database_.FailWrite(1);
  EXPECT_EQ(Refusal(ReadDemo("root.pem")), "STORAGE_FAILED ");
  EXPECT_TRUE(registry_.List()->authorities.empty());
  EXPECT_EQ(registry_.List()->trust_list_sequence, 1);
  EXPECT_EQ(publisher_.TrustList(), nullptr);
}

}  // namespace
}  // namespace sti::pa
