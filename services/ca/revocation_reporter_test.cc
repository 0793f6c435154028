#include "services/ca/revocation_reporter.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/reason.h"
#include "common/crypto/system_random.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "services/ca/ca_testing.h"
#include "services/ca/certificate_archive.h"
#include "services/ca/certificate_issuer.h"
#include "services/ca/revoker.h"

namespace sti::ca {
namespace {

const Actor kAdmin{"admin", "r1"};
const absl::Time kNow = absl::FromUnixSeconds(1750000000);

// Keeps what it is told; refuses while `away`.
class FakePa final : public PolicyAdministrator {
 public:
  absl::Status RecordRevocation(const std::string& certificate_pem, int reason,
                                const std::string& request_id) override {
    if (away) return MakeError(Reason::kUnavailable, "no answer");
    if (refused == certificate_pem) return MakeError(Reason::kPermissionDenied, "not this one");
    told.emplace_back(certificate_pem, reason);
    EXPECT_EQ(request_id.rfind("revocation-", 0), 0U) << request_id;
    return absl::OkStatus();
  }
  void Cancel() override {}

  bool away = false;
  std::string refused;
  std::vector<std::pair<std::string, int>> told;
};

class RevocationReporterTest : public ::testing::Test {
 protected:
  CertificateRecord Issue(const char* csr, const char* token) {
    const auto issued =
        issuer_.Issue({requests_.Csr(csr), requests_.Token(token), {}, {"client.example", "request-1"}});
    EXPECT_TRUE(issued.ok()) << issued.status();
    return *issued;
  }
  CertificateRecord Known(const std::string& serial) {
    return CertificateArchive(*database_).Get(serial).value();
  }

  const Requests requests_{kNow};
  testing::TempDir dir_;
  std::unique_ptr<store::Database> database_ = OpenScratchDatabase(dir_);
  testing::FakeClock clock_{kNow};
  IssuingAuthority authority_ = DemoAuthority();
  TokenVerifier tokens_{authority_.pa_roots, TokenSigners({}), FingerprintForm::kThumbprint};
  CertificateIssuer issuer_{
      *database_, authority_, tokens_, {}, {}, clock_, crypto::SystemRandom::Instance()};
  int wakes_ = 0;
  Revoker revoker_{*database_, clock_, [this] { ++wakes_; }};
  FakePa pa_;
  RevocationReporter reporter_{*database_, pa_, clock_};
};

TEST_F(RevocationReporterTest, TellsTheLeafAndItsReasonOnce) {
  const CertificateRecord record = Issue("good", "good1");
  ASSERT_TRUE(revoker_.Revoke(kAdmin, record.serial, 4).ok());
  EXPECT_EQ(wakes_, 1);
  EXPECT_EQ(reporter_.TellAll().value(), 0);
  ASSERT_EQ(pa_.told.size(), 1u);
  EXPECT_EQ(pa_.told[0].first, record.chain_pem.substr(0, pa_.told[0].first.size()));
  EXPECT_EQ(pa_.told[0].second, 4);
  EXPECT_EQ(Known(record.serial).revocation_told, kNow);
  EXPECT_EQ(reporter_.TellAll().value(), 0);
  EXPECT_EQ(pa_.told.size(), 1u);
}

TEST_F(RevocationReporterTest, KeepsWhatThePaCouldNotBeTold) {
  const CertificateRecord record = Issue("good", "good1");
  ASSERT_TRUE(revoker_.Revoke(kAdmin, record.serial, 1).ok());
  pa_.away = true;
  EXPECT_EQ(reporter_.TellAll().value(), 1);
  EXPECT_EQ(reporter_.TellAll().value(), 1);
  EXPECT_FALSE(Known(record.serial).revocation_told);
  EXPECT_EQ(Known(record.serial).revoked, kNow);
  pa_.away = false;
  EXPECT_EQ(RevocationReporter(*database_, pa_, clock_).TellAll().value(), 0);
  EXPECT_EQ(pa_.told.size(), 1u);
}

TEST_F(RevocationReporterTest, CertificateIsRevokedOnceAndTheFirstReasonStands) {
  const CertificateRecord record = Issue("good", "good1");
  ASSERT_TRUE(revoker_.Revoke(kAdmin, record.serial, 4).ok());
  EXPECT_EQ(ReasonOf(revoker_.Revoke(kAdmin, record.serial, 1).status()), Reason::kAlreadyExists);
  EXPECT_EQ(Known(record.serial).revocation_reason, 4);
  EXPECT_EQ(ReasonOf(revoker_.Revoke(kAdmin, "ABCD", 1).status()), Reason::kNotFound);
}

TEST_F(RevocationReporterTest, CompromisedKeyIsNotCertifiedAgainButASupersededOneIs) {
  ASSERT_TRUE(revoker_.Revoke(kAdmin, Issue("good", "good1").serial, 4).ok());
  ASSERT_TRUE(revoker_.Revoke(kAdmin, Issue("good", "good2").serial, 1).ok());
  const auto refused =
      issuer_.Issue({requests_.Csr("good"), requests_.Token("good3"), {}, {"client.example", "request-1"}});
  EXPECT_EQ(ReasonOf(refused.status()), Reason::kKeyInvalid);
}

TEST_F(RevocationReporterTest, ListingFindsThemByState) {
  const std::string revoked = Issue("good", "good1").serial, valid = Issue("good", "good2").serial;
  ASSERT_TRUE(revoker_.Revoke(kAdmin, revoked, 4).ok());
  const auto serials = [&](CertificateState state, absl::Time now, const std::string& prefix = "") {
    CertificateFilter filter;
    filter.state = state;
    filter.now = now;
    filter.serial_prefix = prefix;
    const CertificatePage page = CertificateArchive(*database_).List(filter, 0, "").value();
    std::vector<std::string> found;
    for (const CertificateRecord& record : page.certificates) found.push_back(record.serial);
    return found;
  };
  using Serials = std::vector<std::string>;
  EXPECT_EQ(serials(CertificateState::kRevoked, kNow), Serials{revoked});
  EXPECT_EQ(serials(CertificateState::kValid, kNow), Serials{valid});
  EXPECT_EQ(serials(CertificateState::kExpired, kNow), Serials{});
  const absl::Time end = Known(valid).not_after;
  EXPECT_EQ(serials(CertificateState::kValid, end), Serials{valid});
  EXPECT_EQ(serials(CertificateState::kExpired, end + absl::Seconds(1)), Serials{valid});
  EXPECT_EQ(serials(CertificateState::kValid, kNow, valid.substr(0, 8)), Serials{valid});
  EXPECT_EQ(serials(CertificateState::kValid, kNow, revoked.substr(0, 8)), Serials{});
}

TEST(RevocationReasonTest, SubscribersAndAdminsMayGiveTheirs) {
  for (const int64_t reason : {0, 1, 3, 4, 5}) EXPECT_TRUE(IsSubscribersReason(reason)) << reason;
  for (const int64_t reason : {-1, 2, 6, 7, 8, 9, 10, 11})
    EXPECT_FALSE(IsSubscribersReason(reason)) << reason;
  for (const int64_t reason : {0, 1, 2, 3, 4, 5, 9, 10}) EXPECT_TRUE(IsAdminsReason(reason)) << reason;
  for (const int64_t reason : {-1, 6, 7, 8, 11}) EXPECT_FALSE(IsAdminsReason(reason)) << reason;
}

}  // namespace
}  // namespace sti::ca
