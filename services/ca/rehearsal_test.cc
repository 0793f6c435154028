#include "services/ca/rehearsal.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/reason.h"
#include "common/crypto/system_random.h"
#include "common/store/audit_log.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ca/ca_testing.h"
#include "services/ca/certificate_issuer.h"

namespace sti::ca {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const Actor kClient{"client.example", "request-1"};

const Requests& Made() {
  static const Requests* const requests = new Requests(kNow);
  return *requests;
}

// The CA's key, and how often it was used.
class CountingSigner final : public crypto::Signer {
 public:
  explicit CountingSigner(std::shared_ptr<const crypto::Signer> real) : real_(std::move(real)) {}
  absl::StatusOr<std::string> Sign(absl::string_view message) const override {
    ++count;
    return real_->Sign(message);
  }
  const crypto::VerifyingKey& public_key() const override { return real_->public_key(); }
  mutable int count = 0;

 private:
  std::shared_ptr<const crypto::Signer> real_;
};

class RehearsalTest : public ::testing::Test {
 protected:
  RehearsalTest() { authority_.key = signer_; }

  PreparedCertificate Prepared() {
    const pki::Csr csr = pki::Csr::ParseDer(Made().Csr("good")).value();
    return issuer_.Prepare(csr, false, {}, kNow, "").value();
  }
  // What Sign says when the profile had made this of it.
  absl::Status SignChanged(const std::function<void(pki::CertificateTemplate&)>& bug) {
    PreparedCertificate prepared = Prepared();
    bug(prepared.contents);
    return issuer_.Sign(prepared, "client.example", "jti").status();
  }
  void ExpectRefused(const std::function<void(pki::CertificateTemplate&)>& bug, const char* rule) {
    const absl::Status refused = SignChanged(bug);
    EXPECT_EQ(ReasonOf(refused), Reason::kInternal) << rule;
    EXPECT_THAT(std::string(refused.message()), HasSubstr(rule));
    EXPECT_EQ(signer_->count, 0) << rule << ": the CA's key was used";
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> database_ = OpenScratchDatabase(dir_);
  testing::FakeClock clock_{kNow};
  IssuingAuthority authority_ = DemoAuthority();
  std::shared_ptr<CountingSigner> signer_ = std::make_shared<CountingSigner>(authority_.key);
  TokenVerifier tokens_{authority_.pa_roots, TokenSigners({}), FingerprintForm::kThumbprint};
  CertificateProfile profile_;
  CertificateIssuer issuer_{
      *database_, authority_, tokens_, profile_, {}, clock_, crypto::SystemRandom::Instance()};
};

TEST_F(RehearsalTest, GoodCertificateIsSignedExactlyOnce) {
  EXPECT_EQ(SignChanged([](pki::CertificateTemplate&) {}), absl::OkStatus());
  EXPECT_EQ(signer_->count, 1);
}

TEST_F(RehearsalTest, NothingIsSignedToPrepare) {
  Prepared();
  EXPECT_EQ(signer_->count, 0);
}

TEST_F(RehearsalTest, BugsOfAProfileCostNoSignature) {
  using Contents = pki::CertificateTemplate;
  ExpectRefused([](Contents& c) { c.policy_oid = "1.2.3.4"; }, "policy_oid");
  ExpectRefused([](Contents& c) { c.policy_oid.clear(); }, "policies_missing");
  ExpectRefused([](Contents& c) { c.not_after = *c.not_before + absl::Hours(24 * 365 * 3); },
                "validity_beyond_profile");
  ExpectRefused([](Contents& c) { c.not_before = kNow - absl::Hours(24 * 365 * 30); },
                "validity_beyond_profile");
  ExpectRefused([](Contents& c) { c.serial_hex = "0A"; }, "serial_too_short");
  ExpectRefused([](Contents& c) { c.key_usage.crl_sign = true; }, "leaf_key_usage");
  ExpectRefused([](Contents& c) { c.tn_auth_list.reset(); }, "tn_auth_list_missing");
  ExpectRefused([](Contents& c) { c.dns_names = {"www.example.net"}; }, "extension_other");
  ExpectRefused(
      [](Contents& c) {
        c.is_ca = c.key_usage.certificate_sign = true;
        c.key_usage.digital_signature = false;
      },
      "leaf_is_ca");
  ExpectRefused(
      [](Contents& c) {
        c.subject = pki::DistinguishedName::Create({"US", "Demo", "SHAKEN 5678"}).value();
      },
      "subject_common_name_without_spc");
}

TEST_F(RehearsalTest, OneSecondBeyondTheLifetimeIsTooLongAndTheLifetimeIsNot) {
  const absl::Duration longest = profile_.lifetime + kBackdate;
  ExpectRefused([&](auto& c) { c.not_after = *c.not_before + longest + absl::Seconds(1); },
                "validity_beyond_profile");
  EXPECT_EQ(SignChanged([&](auto& c) { c.not_after = *c.not_before + longest; }), absl::OkStatus());
}

TEST_F(RehearsalTest, ProfileThatCannotPassIsRefusedBeforeTheTokenIsUsedUp) {
  CertificateProfile wrong;
  wrong.crl = pki::CrlPointer{"https://pa.example.net/crl", authority_.pa_roots.front().subject()};
  wrong.policy_oid = "2.16.840.1.114569.1.1.2";  // that of an older SHAKEN CP
  const CertificateIssuer issuer(*database_, authority_, tokens_, wrong, {}, clock_,
                                 crypto::SystemRandom::Instance());
  const IssueRequest request{Made().Csr("good"), Made().Token("good1"), {}, kClient};
  const absl::Status refused = issuer.Issue(request).status();
  EXPECT_EQ(ReasonOf(refused), Reason::kInternal);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("policy_oid (US SHAKEN CP 1.1)"));
  EXPECT_EQ(signer_->count, 0);
  EXPECT_TRUE(issuer_.Issue(request).ok());
}

TEST_F(RehearsalTest, OperatorOutsideOfTheUnitedStatesMayDiffer) {
  CertificateProfile french;
  french.country = "FR";
  french.policy_oid = "1.2.250.1.999.1";
  const CertificateIssuer issuer(*database_, authority_, tokens_, french, {}, clock_,
                                 crypto::SystemRandom::Instance());
  const auto issued = issuer.Issue({Made().Csr("good"), Made().Token("good1"), {}, kClient});
  EXPECT_TRUE(issued.ok()) << issued.status();
}

// A token that breaks while it signs: nothing is stored, and the audit says so.
TEST_F(RehearsalTest, SignerThatFailsLeavesItsTraceInTheAudit) {
  class Broken final : public crypto::Signer {
   public:
    explicit Broken(std::shared_ptr<const crypto::Signer> real) : real_(std::move(real)) {}
    absl::StatusOr<std::string> Sign(absl::string_view) const override {
      return MakeError(Reason::kUnavailable, "the token is away");
    }
    const crypto::VerifyingKey& public_key() const override { return real_->public_key(); }

   private:
    std::shared_ptr<const crypto::Signer> real_;
  };
  IssuingAuthority away = DemoAuthority();
  away.key = std::make_shared<Broken>(away.key);
  const CertificateIssuer issuer(*database_, away, tokens_, profile_, {}, clock_,
                                 crypto::SystemRandom::Instance());
  EXPECT_EQ(ReasonOf(issuer.Issue({Made().Csr("good"), Made().Token("good1"), {}, kClient}).status()),
            Reason::kUnavailable);
  std::vector<store::AuditRecord> audit;
  const absl::Status read = database_->Read([&](store::Transaction& transaction) -> absl::Status {
    const auto listed = store::ListAudit(transaction, {}, 0, 10);
    if (listed.ok()) audit = *listed;
    return listed.status();
  });
  ASSERT_TRUE(read.ok()) << read;
  ASSERT_EQ(audit.size(), 1u);
  EXPECT_EQ(audit[0].event.action, "certificate.issue");
  EXPECT_EQ(audit[0].event.outcome, "UNAVAILABLE");
  EXPECT_THAT(audit[0].event.spcs, ::testing::ElementsAre("1234"));
}

}  // namespace
}  // namespace sti::ca
