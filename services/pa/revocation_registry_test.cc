#include "services/pa/revocation_registry.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/pa/pa_testing.h"

namespace sti::pa {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Actor kAdmin{"admin", "r-1"};
const absl::Time kNow = absl::FromUnixSeconds(1750000000);
constexpr char kSerial[] = "573C2F4896D3D685C7495A54CE32D490";

class RevocationRegistryTest : public ::testing::Test {
 protected:
  std::string Refusal(const RevocationRequest& request) const {
    const absl::Status status = registry_.Record(kAdmin, request).status();
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow};
  const DocumentSigner list_signer_ = DemoSigner("pa-token-signer");
  const DocumentSigner crl_signer_ = DemoSigner("pa-crl-signer");
  TrustPublisher publisher_{database_, list_signer_, crl_signer_, {}, clock_};
  const RevocationRegistry registry_{database_, publisher_, clock_};
  const std::string pem_ = ReadDemo("leaf5678-revoked.pem");
  const std::string issuer_ = DemoCertificate("leaf5678-revoked").issuer().der();
};

TEST_F(RevocationRegistryTest, CertificateAndNamesSayTheSame) {
  const absl::StatusOr<RecordedRevocation> by_certificate = registry_.Record(kAdmin, {pem_, "", "", 1});
  ASSERT_TRUE(by_certificate.ok()) << by_certificate.status();
  EXPECT_EQ(by_certificate->revocation.serial, kSerial);
  EXPECT_EQ(by_certificate->revocation.revoked, kNow);
  clock_.Advance(absl::Hours(1));
  for (const std::string& serial :
       {std::string(kSerial), absl::AsciiStrToLower(kSerial), absl::StrCat("00", kSerial)}) {
    const absl::StatusOr<RecordedRevocation> again = registry_.Record(kAdmin, {"", issuer_, serial, 4});
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->revocation.reason_code, 1) << "the first record stays";
    EXPECT_EQ(again->revocation.revoked, kNow);
    EXPECT_THAT(again->effects, ElementsAre(HasSubstr("nothing changes")));
  }
  EXPECT_EQ(registry_.List(0, "")->revocations.size(), 1u);
  EXPECT_EQ(publisher_.Crl()->number, 1) << "no change, no new CRL";
}

TEST_F(RevocationRegistryTest, ReasonCodesAreThoseOfRfc5280) {
  for (const int code : {-1, 7, 8, 11, 1000}) {
    EXPECT_EQ(Refusal({pem_, "", "", code}), "INVALID_FIELD reason_code") << code;
  }
  int serial = 16;
  for (const int code : {0, 1, 2, 3, 4, 5, 6, 9, 10}) {
    EXPECT_EQ(Refusal({"", issuer_, absl::StrCat(serial++), code}), "NONE ") << code;
  }
}

TEST_F(RevocationRegistryTest, EitherTheCertificateOrItsNamesAreNeeded) {
  EXPECT_EQ(Refusal({"", "", "", 0}), "MISSING_FIELD certificate_pem");
  EXPECT_EQ(Refusal({"", "", "AB", 0}), "MISSING_FIELD issuer_der");
  EXPECT_EQ(Refusal({"", issuer_, "", 0}), "MISSING_FIELD serial");
  EXPECT_EQ(Refusal({pem_, issuer_, "AB", 0}), "INVALID_FIELD certificate_pem");
  EXPECT_EQ(Refusal({"", "not DER", "AB", 0}), "INVALID_FIELD issuer_der");
  EXPECT_EQ(Refusal({"", std::string(20000, '0'), "AB", 0}), "TOO_LARGE issuer_der");
  EXPECT_EQ(Refusal({std::string(100000, 'x'), "", "", 0}), "TOO_LARGE certificate_pem");
  EXPECT_EQ(FieldOf(registry_.Record(kAdmin, {"not PEM", "", "", 0}).status()), "certificate_pem");
  for (const std::string& serial :
       {std::string("0"), std::string("xyz"), std::string("-1"), std::string(41, '1')}) {
    EXPECT_EQ(Refusal({"", issuer_, serial, 0}), "INVALID_FIELD serial") << serial;
  }
  EXPECT_EQ(Refusal({"", issuer_, std::string(40, '1'), 0}), "NONE ");
}

TEST_F(RevocationRegistryTest, DryRunRecordsNothingAndSaysWhatWouldBe) {
  const auto would = registry_.Record(kAdmin, {pem_, "", "", 1}, RunMode::kDry);
  ASSERT_TRUE(would.ok()) << would.status();
  EXPECT_EQ(would->revocation.serial, kSerial);
  EXPECT_THAT(would->effects, ElementsAre(HasSubstr("goes on the CRL with reason 1")));
  EXPECT_TRUE(registry_.List(0, "")->revocations.empty());
  EXPECT_EQ(publisher_.Crl(), nullptr);
  EXPECT_EQ(FieldOf(registry_.Record(kAdmin, {pem_, "", "", 7}, RunMode::kDry).status()), "reason_code");
  const auto of_a_ca = registry_.Record(kAdmin, {ReadDemo("int.pem"), "", "", 2}, RunMode::kDry);
  ASSERT_TRUE(of_a_ca.ok()) << of_a_ca.status();
  EXPECT_THAT(of_a_ca->effects, Contains(HasSubstr("a CA's certificate")));
  EXPECT_EQ(registry_.Record(kAdmin, {pem_, "", "", 1})->effects, would->effects);
}

TEST_F(RevocationRegistryTest, FailedWriteRecordsNothing) {
  database_.FailWrite(1);
  EXPECT_EQ(Refusal({pem_, "", "", 1}), "STORAGE_FAILED ");
  EXPECT_TRUE(registry_.List(0, "")->revocations.empty());
}

TEST_F(RevocationRegistryTest, PagesKeepTheOrderOfRecording) {
  std::string expected;
  for (const char* serial : {"C3", "A1", "B2"}) {
    ASSERT_TRUE(registry_.Record(kAdmin, {"", issuer_, serial, 0}).ok());
    absl::StrAppend(&expected, serial, " ");
  }
  std::string seen, token;
  do {
    const absl::StatusOr<RevocationPage> page = registry_.List(2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const Revocation& revocation : page->revocations) absl::StrAppend(&seen, revocation.serial, " ");
    EXPECT_EQ(page->crl_number, 3);
    token = page->next_page_token;
  } while (!token.empty());
  EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace sti::pa
