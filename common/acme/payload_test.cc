#include "common/acme/payload.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "gtest/gtest.h"

namespace sti::acme {
namespace {

std::string ErrorOf(const absl::Status& status) {
  return status.ok() ? "none" : std::string(ErrorName(ProblemOf(status).type));
}
std::string ContactError(const std::string& contact) {
  return ErrorOf(NewAccount::Parse(absl::StrCat(R"({"contact":[")", contact, R"("]})")).status());
}

TEST(PayloadTest, ContactsAreSingleMailAddresses) {
  EXPECT_EQ(ContactError("mailto:noc@example.net"), "none");
  EXPECT_EQ(ContactError("MAILTO:noc@example.net"), "none");
  EXPECT_EQ(ContactError("tel:+12155550100"), "unsupportedContact");
  EXPECT_EQ(ContactError("mailto:a@example.net?cc=b"), "invalidContact");
  EXPECT_EQ(ContactError("mailto:a@example.net,b@example.net"), "invalidContact");
  EXPECT_EQ(ContactError("mailto:a b@example.net"), "invalidContact");
  EXPECT_EQ(ContactError("mailto:@example.net"), "invalidContact");
  EXPECT_EQ(ContactError("mailto:a@"), "invalidContact");
  EXPECT_EQ(ContactError(absl::StrCat("mailto:a@", std::string(247, 'x'))), "none");
  EXPECT_EQ(ContactError(absl::StrCat("mailto:a@", std::string(248, 'x'))), "invalidContact");
}

TEST(PayloadTest, UnknownMembersOfAnAccountAreIgnored) {
  const auto account = NewAccount::Parse(R"({"orders":7,"status":1,"termsOfServiceAgreed":true})");
  ASSERT_TRUE(account.ok()) << account.status();
  EXPECT_TRUE(account->terms_agreed);
  EXPECT_EQ(ErrorOf(NewAccount::Parse(R"({"termsOfServiceAgreed":"yes"})").status()), "malformed");
}

TEST(PayloadTest, TimesOfAnOrderAreRfc3339) {
  const char order[] = R"({"identifiers":[{"type":"TNAuthList","value":"x"}],"notBefore":"%s"})";
  const auto parse = [&](const std::string& time) {
    std::string text = order;
    return NewOrder::Parse(text.replace(text.find("%s"), 2, time));
  };
  ASSERT_TRUE(parse("2025-01-01T00:00:00Z").ok());
  EXPECT_EQ(parse("2025-01-01T01:00:00+01:00")->not_before, parse("2025-01-01T00:00:00Z")->not_before);
  for (const char* bad : {"", "2025-01-01", "infinite-future", "2025-13-01T00:00:00Z"}) {
    EXPECT_EQ(ErrorOf(parse(bad).status()), "malformed") << bad;
  }
}

TEST(PayloadTest, TokenComesUnderEitherNameButNotTwoDifferentOnes) {
  EXPECT_EQ(ParseChallengeAnswer(R"({"tkauth":"a.b.c"})").value(), "a.b.c");
  EXPECT_EQ(ParseChallengeAnswer(R"({"atc":"a.b.c"})").value(), "a.b.c");
  EXPECT_EQ(ParseChallengeAnswer(R"({"atc":"a","tkauth":"a"})").value(), "a");
  EXPECT_FALSE(ParseChallengeAnswer(R"({"atc":"a","tkauth":"b"})").ok());
  EXPECT_FALSE(ParseChallengeAnswer("{}").ok());
  EXPECT_TRUE(ParseChallengeAnswer(absl::StrCat(R"({"atc":")", std::string(16384, 'x'), R"("})")).ok());
  EXPECT_FALSE(ParseChallengeAnswer(absl::StrCat(R"({"atc":")", std::string(16385, 'x'), R"("})")).ok());
}

TEST(PayloadTest, CsrAndCertificateAreBase64UrlWithoutPadding) {
  EXPECT_EQ(ParseFinalize(R"({"csr":"AQI"})").value(), "\x01\x02");
  EXPECT_EQ(ErrorOf(ParseFinalize(R"({"csr":"AQI="})").status()), "badCSR");
  EXPECT_EQ(ErrorOf(ParseFinalize("{}").status()), "malformed");
  const auto revoke = RevokeCertificate::Parse(R"({"certificate":"AQI","reason":4})");
  ASSERT_TRUE(revoke.ok());
  EXPECT_EQ(revoke->reason, 4);
  EXPECT_EQ(ErrorOf(RevokeCertificate::Parse(R"({"certificate":"AQI","reason":1.5})").status()),
            "badRevocationReason");
}

TEST(PayloadTest, AuthorizationsCanOnlyBeDeactivated) {
  EXPECT_TRUE(ParseAuthorizationUpdate(R"({"status":"deactivated"})").ok());
  EXPECT_FALSE(ParseAuthorizationUpdate(R"({"status":"valid"})").ok());
  EXPECT_TRUE(AccountUpdate::Parse(R"({"status":"deactivated"})")->deactivate);
  EXPECT_FALSE(AccountUpdate::Parse(R"({"status":"revoked"})")->deactivate);
}

}  // namespace
}  // namespace sti::acme
