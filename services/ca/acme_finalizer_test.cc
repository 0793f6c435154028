// What becomes of an order that cannot be issued at once: final, later, or ended by somebody else meanwhile.
#include "services/ca/acme_finalizer.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/acme/payload.h"
#include "common/base/status_macros.h"
#include "common/crypto/es256.h"
#include "common/crypto/system_random.h"
#include "common/pki/csr.h"
#include "common/store/audit_log.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ca/acme_accounts.h"
#include "services/ca/ca_testing.h"
#include "services/ca/certificate_archive.h"
#include "services/ca/revoker.h"

namespace sti::ca {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1750000000);

const Requests& Made() {
  static const Requests* const requests = new Requests(kNow);
  return *requests;
}

// Does something right before one of the writes.
class Interrupted final : public store::Database {
 public:
  Interrupted(store::Database& real, int write, std::function<void()> interruption)
      : real_(real), countdown_(write), interruption_(std::move(interruption)) {}
  absl::Status Write(const std::function<absl::Status(store::Transaction&)>& body) override {
    if (--countdown_ == 0) interruption_();
    return real_.Write(body);
  }
  absl::Status Read(const std::function<absl::Status(store::Transaction&)>& body) override {
    return real_.Read(body);
  }

 private:
  store::Database& real_;
  int countdown_;
  std::function<void()> interruption_;
};

class AcmeFinalizerTest : public ::testing::Test {
 protected:
  AcmeFinalizerTest() {
    const auto registered = accounts_.Register(actor_, {}, key_, "https://ca.example.net/acme/new-account");
    EXPECT_TRUE(registered.ok()) << registered.status();
    account_ = registered->account;
  }
  std::string ReadyOrder() {
    acme::NewOrder request;
    request.identifiers = {{"TNAuthList", "MAigBhYEMTIzNA"}};
    const absl::StatusOr<OrderWithAuthorization> created = orders_.Create(account_, request);
    EXPECT_TRUE(created.ok()) << created.status();
    const auto settled =
        orders_.AnswerChallenge(actor_, account_, key_, created->authorization.id, Made().Token("good1"));
    EXPECT_TRUE(settled.ok()) << settled.status();
    EXPECT_EQ(settled->state, AuthorizationState::kValid) << settled->error;
    return created->order.id;
  }
  std::string StuckOrder() {
    const std::string id = ReadyOrder();
    database_.FailWrite(2);  // 1: the claim
    EXPECT_EQ(Finalize(id).state, OrderState::kProcessing);
    clock_.Advance(absl::Minutes(2));
    return id;
  }
  AcmeOrder Finalize(const std::string& id) {
    const auto finalized = finalizer_.Finalize(actor_, account_, id, Made().Csr("second"));
    EXPECT_TRUE(finalized.ok()) << finalized.status();
    return finalized.ok() ? finalized->order : AcmeOrder();
  }
  AcmeOrder Order(const std::string& id) { return orders_.Get(account_, id)->order; }
  size_t Issued() { return CertificateArchive(*real_).List({}, 0, "")->certificates.size(); }
  std::vector<store::AuditRecord> Events() {
    std::vector<store::AuditRecord> records;
    const absl::Status read = real_->Read([&](store::Transaction& transaction) -> absl::Status {
      STI_ASSIGN_OR_RETURN(records, store::ListAudit(transaction, {}, 0, 100));
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    return records;
  }
  void SetReuse(TokenReuse reuse) {
    tokens_ = TokenVerifier(authority_.pa_roots, TokenSigners({}), FingerprintForm::kThumbprint, reuse);
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

TEST_F(AcmeFinalizerTest, SecondUseOfATokenThatServesOnceAgainEndsTheOrder) {
  SetReuse(TokenReuse::kUntilExpiry);
  const std::string first = ReadyOrder(), second = ReadyOrder();
  SetReuse(TokenReuse::kOnce);
  EXPECT_EQ(Finalize(first).state, OrderState::kValid);
  const AcmeOrder refused = Finalize(second);
  EXPECT_EQ(refused.state, OrderState::kInvalid);
  EXPECT_THAT(refused.error, HasSubstr("unauthorized"));
  EXPECT_EQ(Order(second).state, OrderState::kInvalid);
  EXPECT_EQ(Events().back().event.object, "order/" + second);
  EXPECT_EQ(Events().back().event.outcome, "SPC_TOKEN_REPLAYED");
  clock_.Advance(absl::Minutes(2));
  EXPECT_EQ(finalizer_.FinishStuck().value(), 0);
  EXPECT_EQ(Issued(), 1u);
}

TEST_F(AcmeFinalizerTest, StuckOrderWhoseTokenHasServedMeanwhileEnds) {
  SetReuse(TokenReuse::kUntilExpiry);
  const std::string stuck = StuckOrder(), other = ReadyOrder();
  SetReuse(TokenReuse::kOnce);
  EXPECT_EQ(Finalize(other).state, OrderState::kValid);
  EXPECT_EQ(finalizer_.FinishStuck().value(), 1);
  EXPECT_EQ(Order(stuck).state, OrderState::kInvalid);
  EXPECT_EQ(Events().back().event.outcome, "SPC_TOKEN_REPLAYED");
}

TEST_F(AcmeFinalizerTest, StuckOrderOfAnOrganizationThatIsNotVettedEnds) {
  const std::string id = StuckOrder();
  profile_.organization_required = true;
  const CertificateIssuer vetting(database_, authority_, tokens_, profile_, IssuingLimits{}, clock_, random_);
  EXPECT_EQ(AcmeFinalizer(database_, orders_, vetting, clock_).FinishStuck().value(), 1);
  EXPECT_EQ(Order(id).state, OrderState::kInvalid);
  EXPECT_THAT(Order(id).error, HasSubstr("rejectedIdentifier"));
  EXPECT_EQ(Events().back().event.outcome, "PERMISSION_DENIED");
}

TEST_F(AcmeFinalizerTest, OrderThatCannotBeIssuedNowGoesBehindTheOthers) {
  const std::string id = StuckOrder();
  clock_.Set(authority_.issuing.not_after() + absl::Hours(1));
  EXPECT_EQ(finalizer_.FinishStuck().value(), 1);
  EXPECT_EQ(Order(id).state, OrderState::kProcessing) << "the CA may get another certificate";
  EXPECT_EQ(Order(id).claimed, clock_.TimeNow());
  EXPECT_EQ(finalizer_.FinishStuck().value(), 0);
  clock_.Advance(absl::Minutes(1) + absl::Seconds(1));
  EXPECT_EQ(finalizer_.FinishStuck().value(), 1);
}

TEST_F(AcmeFinalizerTest, EveryTryThatFailsIsInTheAudit) {
  const std::string id = StuckOrder();
  const size_t before = Events().size();
  database_.FailWrite(2);
  EXPECT_EQ(finalizer_.FinishStuck().value(), 1);
  EXPECT_EQ(Order(id).state, OrderState::kProcessing);
  ASSERT_EQ(Events().size(), before + 1);
  EXPECT_EQ(Events().back().actor.client, "sti-ca");
  EXPECT_EQ(Events().back().actor.request_id, id);
  EXPECT_EQ(Events().back().event.outcome, "STORAGE_FAILED");
}

TEST_F(AcmeFinalizerTest, CodeThatIsRevokedWhileItIsIssuedIsAnswered) {
  const std::string id = ReadyOrder();
  Interrupted interrupted(*real_, 2, [&] {
    EXPECT_TRUE(Revoker(*real_, clock_, [] {}).RevokeSpc({"sti-pa", "r1"}, "1234", 5).ok());
  });
  const auto finalized = AcmeFinalizer(interrupted, orders_, issuer_, clock_)
                             .Finalize(actor_, account_, id, Made().Csr("second"));
  ASSERT_TRUE(finalized.ok()) << finalized.status();
  EXPECT_EQ(finalized->order.state, OrderState::kInvalid);
  EXPECT_FALSE(finalized->order.error.empty());
  EXPECT_EQ(finalized->authorization.state, AuthorizationState::kRevoked);
  EXPECT_EQ(Issued(), 0u);
}

}  // namespace
}  // namespace sti::ca
