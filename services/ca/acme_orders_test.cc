// Orders from new to issued: what expires when, and what a failing disk leaves behind.
#include "services/ca/acme_orders.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/acme/certificate_id.h"
#include "common/acme/error.h"
#include "common/acme/payload.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/es256.h"
#include "common/crypto/system_random.h"
#include "common/pki/certificate.h"
#include "common/pki/csr.h"
#include "common/store/audit_log.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "services/ca/acme_accounts.h"
#include "services/ca/acme_finalizer.h"
#include "services/ca/ca_testing.h"
#include "services/ca/certificate_archive.h"
#include "services/ca/operator_settings.h"
#include "services/ca/revocation_records.h"
#include "services/ca/revoker.h"

namespace sti::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1750000000);

const Requests& Made() {
  static const Requests* const requests = new Requests(kNow);
  return *requests;
}

class AcmeOrdersTest : public ::testing::Test {
 protected:
  AcmeOrdersTest() {
    const auto registered = accounts_.Register(actor_, {}, key_, "https://ca.example.net/acme/new-account");
    EXPECT_TRUE(registered.ok()) << registered.status();
    account_ = registered->account;
  }
  OrderWithAuthorization NewOrder() {
    acme::NewOrder request;
    request.identifiers = {{"TNAuthList", "MAigBhYEMTIzNA"}};
    absl::StatusOr<OrderWithAuthorization> created = orders_.Create(account_, request);
    EXPECT_TRUE(created.ok()) << created.status();
    return *std::move(created);
  }
  OrderWithAuthorization ReadyOrder(const std::string& token) {
    const OrderWithAuthorization created = NewOrder();
    const auto settled =
        orders_.AnswerChallenge(actor_, account_, key_, created.authorization.id, Made().Token(token));
    EXPECT_TRUE(settled.ok()) << settled.status();
    EXPECT_EQ(settled->state, AuthorizationState::kValid) << settled->error;
    return created;
  }
  OrderState StateOf(const OrderWithAuthorization& created) {
    return orders_.Get(account_, created.order.id)->order.state;
  }
  size_t Issued() { return CertificateArchive(*real_).List({}, 0, "")->certificates.size(); }

  std::vector<store::AuditRecord> Events(const std::string& spc) {
    std::vector<store::AuditRecord> records;
    const absl::Status read = real_->Read([&](store::Transaction& transaction) -> absl::Status {
      store::AuditFilter filter;
      filter.spc = spc;
      STI_ASSIGN_OR_RETURN(records, store::ListAudit(transaction, filter, 0, 100));
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    return records;
  }

  const Actor actor_{"acme:tester", "request-1"};
  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow};
  const crypto::SystemRandom& random_ = crypto::SystemRandom::Instance();
  IssuingAuthority authority_ = DemoAuthority();
  CertificateProfile profile_;
  AcmePolicy policy_;
  TokenVerifier tokens_{authority_.pa_roots, TokenSigners({}), FingerprintForm::kThumbprint};
  CertificateIssuer issuer_{database_, authority_, tokens_, profile_, IssuingLimits{}, clock_, random_};
  AcmeAccounts accounts_{database_, policy_, clock_, random_};
  AcmeOrders orders_{database_, policy_, tokens_, authority_, profile_, clock_, random_};
  AcmeFinalizer finalizer_{database_, orders_, issuer_, clock_};
  // The account's key is the one that the tokens of make_requests.py are for.
  crypto::VerifyingKey key_ = pki::Csr::ParseDer(Made().Csr("good"))->public_key;
  AcmeAccount account_;
};

TEST_F(AcmeOrdersTest, PendingOrderIsInvalidFromItsExpiryOn) {
  const OrderWithAuthorization created = NewOrder();
  clock_.Set(created.order.expires - absl::Seconds(1));
  EXPECT_EQ(StateOf(created), OrderState::kPending);
  clock_.Set(created.order.expires);
  EXPECT_EQ(StateOf(created), OrderState::kInvalid);
  const auto authorization = orders_.GetAuthorization(account_, created.authorization.id);
  EXPECT_EQ(authorization->state, AuthorizationState::kInvalid);
  EXPECT_EQ(authorization->challenge_state, "invalid");
  // And nothing brings it back.
  const auto answered =
      orders_.AnswerChallenge(actor_, account_, key_, created.authorization.id, Made().Token("good1"));
  EXPECT_EQ(answered->state, AuthorizationState::kInvalid);
}

TEST_F(AcmeOrdersTest, ExpiredOrderIsNotListedAndDoesNotKeepACertificateFromBeingReplaced) {
  const OrderWithAuthorization first = ReadyOrder("good1");
  const auto issued = finalizer_.Finalize(actor_, account_, first.order.id, Made().Csr("second"));
  ASSERT_TRUE(issued.ok()) << issued.status();
  const auto record = CertificateArchive(*real_).Get(issued->order.serial);
  const auto chain = pki::CertificateChain::Parse(record->chain_pem);
  acme::NewOrder request;
  request.identifiers = {{"TNAuthList", "MAigBhYEMTIzNA"}};
  request.replaces = acme::CertificateIdText(chain->leaf());
  const absl::StatusOr<OrderWithAuthorization> forgotten = orders_.Create(account_, request);
  ASSERT_TRUE(forgotten.ok()) << forgotten.status();

  clock_.Set(forgotten->order.expires - absl::Seconds(1));
  EXPECT_EQ(orders_.List(account_, "")->ids.size(), 2u);
  EXPECT_EQ(acme::ProblemOf(orders_.Create(account_, request).status()).type,
            acme::ErrorType::kAlreadyReplaced);
  clock_.Set(forgotten->order.expires);
  EXPECT_EQ(orders_.List(account_, "")->ids, std::vector<std::string>{first.order.id});
  const absl::StatusOr<OrderWithAuthorization> again = orders_.Create(account_, request);
  EXPECT_TRUE(again.ok()) << again.status();
}

TEST_F(AcmeOrdersTest, FailuresOfEarlierOrdersStopTheNextAnswerToo) {
  policy_.failed_challenges_per_hour = 2;
  const OrderWithAuthorization orders[] = {NewOrder(), NewOrder(), NewOrder()};
  for (int i = 0; i < 2; ++i) {
    const auto failed =
        orders_.AnswerChallenge(actor_, account_, key_, orders[i].authorization.id, "no token");
    ASSERT_TRUE(failed.ok()) << failed.status();
    EXPECT_EQ(failed->state, AuthorizationState::kInvalid);
  }
  const std::string& last = orders[2].authorization.id;
  const acme::Problem problem =
      acme::ProblemOf(orders_.AnswerChallenge(actor_, account_, key_, last, Made().Token("good1")).status());
  EXPECT_EQ(problem.type, acme::ErrorType::kRateLimited);
  EXPECT_EQ(problem.retry_after, absl::Hours(1));
  EXPECT_EQ(orders_.GetAuthorization(account_, last)->state, AuthorizationState::kPending);
}

TEST_F(AcmeOrdersTest, ReadyOrderExpiresTooAndItsAuthorizationSaysSo) {
  const OrderWithAuthorization created = ReadyOrder("good1");
  EXPECT_EQ(StateOf(created), OrderState::kReady);
  clock_.Set(created.order.expires);
  const auto found = orders_.Get(account_, created.order.id);
  EXPECT_EQ(found->order.state, OrderState::kInvalid);
  EXPECT_EQ(found->authorization.state, AuthorizationState::kExpired);
  const auto finalized = finalizer_.Finalize(actor_, account_, created.order.id, Made().Csr("second"));
  EXPECT_EQ(acme::ProblemOf(finalized.status()).type, acme::ErrorType::kOrderNotReady);
}

TEST_F(AcmeOrdersTest, FailingDiskAtTheChallengeLeavesItPendingAndTheTokenUnused) {
  const OrderWithAuthorization created = NewOrder();
  database_.FailWrite(1);
  const auto failed =
      orders_.AnswerChallenge(actor_, account_, key_, created.authorization.id, Made().Token("good1"));
  EXPECT_EQ(ReasonOf(failed.status()), Reason::kStorageFailed);
  EXPECT_EQ(StateOf(created), OrderState::kPending);
  const auto settled =
      orders_.AnswerChallenge(actor_, account_, key_, created.authorization.id, Made().Token("good1"));
  EXPECT_EQ(settled->state, AuthorizationState::kValid) << settled->error;
}

TEST_F(AcmeOrdersTest, FailingDiskBeforeTheSerialIsReservedLeavesTheOrderReady) {
  const OrderWithAuthorization created = ReadyOrder("good1");
  database_.FailWrite(1);
  EXPECT_EQ(ReasonOf(finalizer_.Finalize(actor_, account_, created.order.id, Made().Csr("second")).status()),
            Reason::kStorageFailed);
  EXPECT_EQ(StateOf(created), OrderState::kReady);
  const auto finalized = finalizer_.Finalize(actor_, account_, created.order.id, Made().Csr("second"));
  EXPECT_EQ(finalized->order.state, OrderState::kValid);
  EXPECT_EQ(Issued(), 1u);
}

TEST_F(AcmeOrdersTest, OrderWhoseCertificateCouldNotBeStoredIsFinishedLaterOnce) {
  const OrderWithAuthorization created = ReadyOrder("good1");
  database_.FailWrite(2);
  const auto finalized = finalizer_.Finalize(actor_, account_, created.order.id, Made().Csr("second"));
  ASSERT_TRUE(finalized.ok()) << finalized.status();
  EXPECT_EQ(finalized->order.state, OrderState::kProcessing);
  EXPECT_EQ(Issued(), 0u);
  // Somebody may still be at it.
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(finalizer_.FinishStuck().value(), 0);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(finalizer_.FinishStuck().value(), 1);
  EXPECT_EQ(StateOf(created), OrderState::kValid);
  EXPECT_EQ(finalizer_.FinishStuck().value(), 0);
  EXPECT_EQ(Issued(), 1u);
}

TEST_F(AcmeOrdersTest, RevokingTheCodeEndsWhatWasAuthorizedOrIsBeingIssued) {
  const OrderWithAuthorization ready = ReadyOrder("good1");
  const Revoker revoker(*real_, clock_, [] {});
  ASSERT_TRUE(revoker.RevokeSpc({"sti-pa", "r1"}, "5678", 5).ok());
  EXPECT_EQ(StateOf(ready), OrderState::kReady) << "another code";
  ASSERT_TRUE(revoker.RevokeSpc({"sti-pa", "r2"}, "1234", 5).ok());
  const auto found = orders_.Get(account_, ready.order.id);
  EXPECT_EQ(found->order.state, OrderState::kInvalid);
  EXPECT_EQ(found->authorization.state, AuthorizationState::kRevoked);
  EXPECT_FALSE(finalizer_.Finalize(actor_, account_, ready.order.id, Made().Csr("second")).ok());
  // The authorization does not serve another order either.
  EXPECT_EQ(NewOrder().order.state, OrderState::kPending);
  EXPECT_EQ(Issued(), 0u);
}

TEST_F(AcmeOrdersTest, RevokingTheCodeEndsAnOrderThatIsProcessing) {
  const OrderWithAuthorization created = ReadyOrder("good1");
  database_.FailWrite(2);
  ASSERT_TRUE(finalizer_.Finalize(actor_, account_, created.order.id, Made().Csr("second")).ok());
  ASSERT_EQ(StateOf(created), OrderState::kProcessing);
  ASSERT_TRUE(Revoker(*real_, clock_, [] {}).RevokeSpc({"sti-pa", "r1"}, "1234", 5).ok());
  clock_.Advance(absl::Minutes(2));
  EXPECT_EQ(finalizer_.FinishStuck().value(), 0);
  EXPECT_EQ(StateOf(created), OrderState::kInvalid);
  EXPECT_EQ(Issued(), 0u);
}

TEST_F(AcmeOrdersTest, LimitsOfOneAccountDifferFromTheConfiguration) {
  const OperatorSettings settings(*real_, clock_);
  const std::string subject = "account/" + account_.id;
  acme::NewOrder request;
  request.identifiers = {{"TNAuthList", "MAigBhYEMTIzNA"}};
  const auto order = [&] { return acme::ProblemOf(orders_.Create(account_, request).status()).type; };
  ASSERT_TRUE(settings.SetLimit(actor_, {subject, kOrdersPerHour, 1}).ok());
  EXPECT_TRUE(orders_.Create(account_, request).ok());
  EXPECT_EQ(order(), acme::ErrorType::kRateLimited);
  ASSERT_TRUE(settings.SetLimit(actor_, {subject, kOrdersPerHour, 3}).ok());
  const auto second = orders_.Create(account_, request), third = orders_.Create(account_, request);
  ASSERT_TRUE(second.ok() && third.ok());
  EXPECT_EQ(order(), acme::ErrorType::kRateLimited);

  ASSERT_TRUE(settings.SetLimit(actor_, {subject, kFailedChallengesPerHour, 1}).ok());
  const auto answer = [&](const OrderWithAuthorization& which) {
    return orders_.AnswerChallenge(actor_, account_, key_, which.authorization.id, Made().Token("forged"))
        .status();
  };
  EXPECT_EQ(answer(*second), absl::OkStatus()) << "the challenge fails, the request does not";
  EXPECT_EQ(acme::ProblemOf(answer(*third)).type, acme::ErrorType::kRateLimited);
  ASSERT_TRUE(settings.RemoveLimit(actor_, {subject, kFailedChallengesPerHour, 0}).ok());
  EXPECT_EQ(answer(*third), absl::OkStatus());
}

TEST_F(AcmeOrdersTest, ReservationCountsForTheDayAndWhatWasAcceptedIsFinishedAllTheSame) {
  const CertificateIssuer one_a_day(database_, authority_, tokens_, profile_, IssuingLimits{1}, clock_,
                                    random_);
  const AcmeFinalizer finalizer(database_, orders_, one_a_day, clock_);
  const OrderWithAuthorization accepted = ReadyOrder("good1");
  const OrderWithAuthorization another = ReadyOrder("good2");
  database_.FailWrite(2);
  ASSERT_TRUE(finalizer.Finalize(actor_, account_, accepted.order.id, Made().Csr("second")).ok());
  EXPECT_EQ(StateOf(accepted), OrderState::kProcessing);
  const auto refused = [&] {
    return acme::ProblemOf(
        finalizer.Finalize(actor_, account_, another.order.id, Made().Csr("second")).status());
  };
  EXPECT_EQ(refused().type, acme::ErrorType::kRateLimited) << "one is on its way";
  EXPECT_EQ(refused().retry_after, absl::Hours(24));
  EXPECT_EQ(StateOf(another), OrderState::kReady);
  clock_.Advance(absl::Minutes(2));
  EXPECT_EQ(finalizer.FinishStuck().value(), 1);
  EXPECT_EQ(StateOf(accepted), OrderState::kValid);
  EXPECT_EQ(refused().type, acme::ErrorType::kRateLimited);
  // The second try at the same order counts no second time.
  clock_.Set(kNow + absl::Hours(24) - absl::Seconds(1));
  EXPECT_EQ(refused().type, acme::ErrorType::kRateLimited);
  const CertificateIssuer two_a_day(database_, authority_, tokens_, profile_, IssuingLimits{2}, clock_,
                                    random_);
  EXPECT_TRUE(AcmeFinalizer(database_, orders_, two_a_day, clock_)
                  .Finalize(actor_, account_, another.order.id, Made().Csr("second"))
                  .ok());
  EXPECT_EQ(Issued(), 2u);
}

TEST_F(AcmeOrdersTest, StaleOrdersAreForgottenAndIssuedOnesAreNot) {
  const OrderWithAuthorization issued = ReadyOrder("good1");
  ASSERT_TRUE(finalizer_.Finalize(actor_, account_, issued.order.id, Made().Csr("second")).ok());
  const OrderWithAuthorization pending = NewOrder();
  const OrderWithAuthorization ready = ReadyOrder("good2");
  clock_.Set(pending.order.expires + kStaleOrderMemory);
  EXPECT_EQ(orders_.ForgetStale().value(), 0);
  EXPECT_TRUE(orders_.Get(account_, pending.order.id).ok());
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(orders_.ForgetStale().value(), 2);
  EXPECT_EQ(orders_.ForgetStale().value(), 0);
  for (const OrderWithAuthorization& gone : {pending, ready}) {
    EXPECT_EQ(acme::ProblemOf(orders_.Get(account_, gone.order.id).status()).status, 404);
    EXPECT_EQ(acme::ProblemOf(orders_.GetAuthorization(account_, gone.authorization.id).status()).status,
              404);
  }
  EXPECT_EQ(StateOf(issued), OrderState::kValid);
}

TEST_F(AcmeOrdersTest, AccountsWithoutExternalBindingAreLimitedByTheHour) {
  policy_.accounts_per_hour = 2;  // one of them is the fixture's
  const std::string url = "https://ca.example.net/acme/new-account";
  const auto another = [&](absl::string_view key) {
    return accounts_.Register(actor_, {}, pki::Csr::ParseDer(Made().Csr(key))->public_key, url).status();
  };
  EXPECT_TRUE(another("second").ok());
  EXPECT_TRUE(another("second").ok()) << "an account that exists is no new one";
  clock_.Advance(absl::Minutes(20));
  const crypto::VerifyingKey third = crypto::SigningKey::Generate().value()->public_key();
  const acme::Problem problem = acme::ProblemOf(accounts_.Register(actor_, {}, third, url).status());
  EXPECT_EQ(problem.type, acme::ErrorType::kRateLimited);
  EXPECT_EQ(problem.retry_after, absl::Minutes(40));
  clock_.Advance(absl::Minutes(40));
  EXPECT_TRUE(accounts_.Register(actor_, {}, third, url).ok());
}

TEST_F(AcmeOrdersTest, StuckOrderThatCanNeverBeIssuedBecomesInvalidWithTheReason) {
  const OrderWithAuthorization created = ReadyOrder("good1");
  database_.FailWrite(2);
  ASSERT_TRUE(finalizer_.Finalize(actor_, account_, created.order.id, Made().Csr("second")).ok());
  // Meanwhile somebody opens an account with the key to be certified.
  const crypto::VerifyingKey second = pki::Csr::ParseDer(Made().Csr("second"))->public_key;
  ASSERT_TRUE(real_
                  ->Write([&](store::Transaction& transaction) {
                    AcmeAccount other;
                    other.id = "other";
                    return InsertAccount(transaction, other, second);
                  })
                  .ok());
  clock_.Advance(absl::Minutes(2));
  EXPECT_EQ(finalizer_.FinishStuck().value(), 1);
  const auto found = orders_.Get(account_, created.order.id);
  EXPECT_EQ(found->order.state, OrderState::kInvalid);
  EXPECT_NE(found->order.error.find("badPublicKey"), std::string::npos) << found->order.error;
  EXPECT_EQ(Issued(), 0u);
}

TEST_F(AcmeOrdersTest, PausedAccountMayNotOrderAnswerOrFinalize) {
  const OrderWithAuthorization pending = NewOrder();
  const OrderWithAuthorization ready = ReadyOrder("good1");
  account_ = accounts_.SetPaused(actor_, account_.id, true).value();
  const auto refused = [](const absl::Status& status) {
    return acme::ProblemOf(status).type == acme::ErrorType::kUnauthorized;
  };
  acme::NewOrder request;
  request.identifiers = {{"TNAuthList", "MAigBhYEMTIzNA"}};
  EXPECT_TRUE(refused(orders_.Create(account_, request).status()));
  EXPECT_TRUE(
      refused(orders_.AnswerChallenge(actor_, account_, key_, pending.authorization.id, Made().Token("good2"))
                  .status()));
  EXPECT_TRUE(refused(finalizer_.Finalize(actor_, account_, ready.order.id, Made().Csr("second")).status()));
  EXPECT_TRUE(orders_.Get(account_, ready.order.id).ok());
}

TEST_F(AcmeOrdersTest, EveryUseOfATokenIsInTheAuditWithItsJtiAndSpc) {
  const OrderWithAuthorization accepted = ReadyOrder("good1");
  const OrderWithAuthorization replayed = NewOrder(), forged = NewOrder();
  const Actor client{"acme:tester", "request-9"};
  for (const auto& [order, token] : {std::make_pair(replayed, "good1"), std::make_pair(forged, "forged")}) {
    const auto answered =
        orders_.AnswerChallenge(client, account_, key_, order.authorization.id, Made().Token(token));
    ASSERT_TRUE(answered.ok()) << answered.status();
    EXPECT_EQ(answered->state, AuthorizationState::kInvalid);
    // A second answer is none.
    EXPECT_TRUE(
        orders_.AnswerChallenge(client, account_, key_, order.authorization.id, Made().Token("good2")).ok());
  }
  ASSERT_TRUE(orders_.Deactivate(client, account_, accepted.authorization.id).ok());
  EXPECT_FALSE(orders_.Deactivate(client, account_, accepted.authorization.id).ok());
  const std::vector<store::AuditRecord> events = Events("1234");
  ASSERT_EQ(events.size(), 4u);
  const std::string jti = orders_.GetAuthorization(account_, accepted.authorization.id)->token_jti;
  EXPECT_EQ(jti.size(), 36u);
  EXPECT_EQ(events[0].event.action, "authorization.validate");
  EXPECT_EQ(events[0].event.object, "authorization/" + accepted.authorization.id);
  EXPECT_EQ(events[0].event.before, "{\"state\":\"pending\"}");
  EXPECT_EQ(events[0].event.after, "{\"account\":\"" + account_.id + "\",\"ca\":false,\"jti\":\"" + jti +
                                       "\",\"order\":\"" + accepted.order.id +
                                       "\",\"spc\":\"1234\",\"state\":\"valid\"}");
  EXPECT_EQ(events[0].event.outcome, "done");
  EXPECT_EQ(events[0].actor.client, actor_.client);
  EXPECT_EQ(events[1].event.outcome, "SPC_TOKEN_REPLAYED");
  EXPECT_EQ(events[1].event.object, "authorization/" + replayed.authorization.id);
  EXPECT_NE(events[1].event.after.find(jti), std::string::npos) << "the STI-PA has signed it";
  EXPECT_EQ(events[1].actor.request_id, "request-9");
  EXPECT_EQ(events[2].event.outcome, "SPC_TOKEN_SIGNATURE_INVALID");
  EXPECT_NE(events[2].event.after.find("\"jti\":\"\""), std::string::npos) << "anybody could have written it";
  EXPECT_EQ(events[3].event.action, "authorization.deactivate");
  EXPECT_EQ(events[3].event.before, "{\"state\":\"valid\"}");
  EXPECT_NE(events[3].event.after.find("\"state\":\"deactivated\""), std::string::npos);
}

TEST_F(AcmeOrdersTest, NoAuditNoAuthorization) {
  const OrderWithAuthorization created = NewOrder();
  database_.FailWrite(1);
  EXPECT_FALSE(orders_.Deactivate(actor_, account_, created.authorization.id).ok());
  EXPECT_EQ(StateOf(created), OrderState::kPending);
  EXPECT_TRUE(Events("1234").empty());
}

TEST_F(AcmeOrdersTest, TokenServesSeveralOrdersWhereThePolicySaysSo) {
  tokens_ = TokenVerifier(authority_.pa_roots, TokenSigners({}), FingerprintForm::kThumbprint,
                          TokenReuse::kUntilExpiry);
  for (int i = 0; i < 2; ++i) {
    const OrderWithAuthorization order = ReadyOrder("good1");
    const auto issued = finalizer_.Finalize(actor_, account_, order.order.id, Made().Csr("second"));
    ASSERT_TRUE(issued.ok()) << issued.status();
    EXPECT_EQ(issued->order.state, OrderState::kValid);
  }
  EXPECT_EQ(Issued(), 2u);
}

TEST_F(AcmeOrdersTest, WithoutAVettedNameThereIsNoOrderWhereOneIsWanted) {
  profile_.organization_required = true;
  acme::NewOrder request;
  request.identifiers = {{"TNAuthList", "MAigBhYEMTIzNA"}};
  EXPECT_EQ(acme::ProblemOf(orders_.Create(account_, request).status()).type,
            acme::ErrorType::kRejectedIdentifier);
  ASSERT_TRUE(OperatorSettings(*real_, clock_).SetOrganization(actor_, {"1234", "Vetted Telephone"}).ok());
  EXPECT_TRUE(orders_.Create(account_, request).ok());
}

// Found to be impossible when it is finished later: it neither counts nor goes unseen.
TEST_F(AcmeOrdersTest, OrderThatIsGivenUpIsInTheAuditAndDoesNotCountForTheDay) {
  const CertificateIssuer one_a_day(database_, authority_, tokens_, profile_, IssuingLimits{1}, clock_,
                                    random_);
  const AcmeFinalizer finalizer(database_, orders_, one_a_day, clock_);
  const OrderWithAuthorization given_up = ReadyOrder("good1"), next = ReadyOrder("good2");
  database_.FailWrite(2);
  ASSERT_TRUE(finalizer.Finalize(actor_, account_, given_up.order.id, Made().Csr("second")).ok());
  ASSERT_EQ(StateOf(given_up), OrderState::kProcessing);
  const absl::Status blocked = real_->Write([](store::Transaction& transaction) {
    return InsertCompromisedKey(transaction, KeyHash(pki::Csr::ParseDer(Made().Csr("second"))->public_key));
  });
  ASSERT_TRUE(blocked.ok());
  clock_.Advance(absl::Minutes(2));
  EXPECT_EQ(finalizer.FinishStuck().value(), 1);
  EXPECT_EQ(StateOf(given_up), OrderState::kInvalid);
  EXPECT_EQ(Events("1234").back().event.object, "order/" + given_up.order.id);
  EXPECT_EQ(Events("1234").back().event.outcome, "KEY_INVALID");
  const auto issued = finalizer.Finalize(actor_, account_, next.order.id, Made().Csr("no_organization"));
  EXPECT_NE(ReasonOf(issued.status()), Reason::kOverloaded) << issued.status();
}

}  // namespace
}  // namespace sti::ca
