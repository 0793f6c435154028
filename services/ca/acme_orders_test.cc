// Orders from new to issued: what expires when, and what a failing disk leaves behind.
#include "services/ca/acme_orders.h"

#include <memory>
#include <string>

#include "common/acme/error.h"
#include "common/acme/payload.h"
#include "common/base/reason.h"
#include "common/crypto/system_random.h"
#include "common/pki/csr.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "services/ca/acme_accounts.h"
#include "services/ca/acme_finalizer.h"
#include "services/ca/ca_testing.h"
#include "services/ca/certificate_archive.h"

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
    const auto registered = accounts_.Register({}, key_, "https://ca.example.net/acme/new-account");
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
        orders_.AnswerChallenge(account_, key_, created.authorization.id, Made().Token(token));
    EXPECT_TRUE(settled.ok()) << settled.status();
    EXPECT_EQ(settled->state, AuthorizationState::kValid) << settled->error;
    return created;
  }
  OrderState StateOf(const OrderWithAuthorization& created) {
    return orders_.Get(account_, created.order.id)->order.state;
  }
  size_t Issued() { return CertificateArchive(*real_).List({}, 0, "")->certificates.size(); }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow};
  const crypto::SystemRandom& random_ = crypto::SystemRandom::Instance();
  IssuingAuthority authority_ = DemoAuthority();
  CertificateProfile profile_;
  AcmePolicy policy_;
  TokenVerifier tokens_{authority_.pa_root, TokenSigners({}), FingerprintForm::kThumbprint};
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
      orders_.AnswerChallenge(account_, key_, created.authorization.id, Made().Token("good1"));
  EXPECT_EQ(answered->state, AuthorizationState::kInvalid);
}

TEST_F(AcmeOrdersTest, ReadyOrderExpiresTooAndItsAuthorizationSaysSo) {
  const OrderWithAuthorization created = ReadyOrder("good1");
  EXPECT_EQ(StateOf(created), OrderState::kReady);
  clock_.Set(created.order.expires);
  const auto found = orders_.Get(account_, created.order.id);
  EXPECT_EQ(found->order.state, OrderState::kInvalid);
  EXPECT_EQ(found->authorization.state, AuthorizationState::kExpired);
  const auto finalized = finalizer_.Finalize(account_, created.order.id, Made().Csr("second"));
  EXPECT_EQ(acme::ProblemOf(finalized.status()).type, acme::ErrorType::kOrderNotReady);
}

TEST_F(AcmeOrdersTest, FailingDiskAtTheChallengeLeavesItPendingAndTheTokenUnused) {
  const OrderWithAuthorization created = NewOrder();
  database_.FailWrite(1);
  const auto failed =
      orders_.AnswerChallenge(account_, key_, created.authorization.id, Made().Token("good1"));
  EXPECT_EQ(ReasonOf(failed.status()), Reason::kStorageFailed);
  EXPECT_EQ(StateOf(created), OrderState::kPending);
  const auto settled =
      orders_.AnswerChallenge(account_, key_, created.authorization.id, Made().Token("good1"));
  EXPECT_EQ(settled->state, AuthorizationState::kValid) << settled->error;
}

TEST_F(AcmeOrdersTest, FailingDiskBeforeTheSerialIsReservedLeavesTheOrderReady) {
  const OrderWithAuthorization created = ReadyOrder("good1");
  database_.FailWrite(1);
  EXPECT_EQ(ReasonOf(finalizer_.Finalize(account_, created.order.id, Made().Csr("second")).status()),
            Reason::kStorageFailed);
  EXPECT_EQ(StateOf(created), OrderState::kReady);
  const auto finalized = finalizer_.Finalize(account_, created.order.id, Made().Csr("second"));
  EXPECT_EQ(finalized->order.state, OrderState::kValid);
  EXPECT_EQ(Issued(), 1u);
}

TEST_F(AcmeOrdersTest, OrderWhoseCertificateCouldNotBeStoredIsFinishedLaterOnce) {
  const OrderWithAuthorization created = ReadyOrder("good1");
  database_.FailWrite(2);
  const auto finalized = finalizer_.Finalize(account_, created.order.id, Made().Csr("second"));
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

TEST_F(AcmeOrdersTest, StuckOrderThatCanNeverBeIssuedBecomesInvalidWithTheReason) {
  const OrderWithAuthorization created = ReadyOrder("good1");
  database_.FailWrite(2);
  ASSERT_TRUE(finalizer_.Finalize(account_, created.order.id, Made().Csr("second")).ok());
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
  account_ = accounts_.SetPaused(account_.id, true).value();
  const auto refused = [](const absl::Status& status) {
    return acme::ProblemOf(status).type == acme::ErrorType::kUnauthorized;
  };
  acme::NewOrder request;
  request.identifiers = {{"TNAuthList", "MAigBhYEMTIzNA"}};
  EXPECT_TRUE(refused(orders_.Create(account_, request).status()));
  EXPECT_TRUE(refused(
      orders_.AnswerChallenge(account_, key_, pending.authorization.id, Made().Token("good2")).status()));
  EXPECT_TRUE(refused(finalizer_.Finalize(account_, ready.order.id, Made().Csr("second")).status()));
  EXPECT_TRUE(orders_.Get(account_, ready.order.id).ok());
}

}  // namespace
}  // namespace sti::ca
