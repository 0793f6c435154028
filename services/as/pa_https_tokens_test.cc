// The client of an STI-PA's HTTPS interface against a stand-in with the deployed one's bodies.
#include "services/as/pa_https_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"
#include "common/testing/fake_clock.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "common/testing/tls_material.h"

namespace sti::as {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kFingerprint[] = "SHA256 65:3A:93";
const std::string kTnAuthList(
    "\x30\x08\xa0\x06\x16\x04"
    "1234",
    10);

struct World {
  testing::TlsMaterial tls;
  testing::TlsFiles files = tls.Server();
  testing::Subprocess program{
      {"/usr/bin/python3", "services/as/testing/pa_stand_in.py", files.certificate_file, files.key_file}};
  std::string port = program.ReadLine().substr(5);
};

World& GetWorld() {
  static World& world = *new World;
  return world;
}

class PaHttpsTokensTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Log();
    options_.url = absl::StrCat("https://127.0.0.1:", GetWorld().port);
    options_.account = "1234";
    options_.user = "kms@acme.example";
    options_.password_file = folder_.Write("password", "p\"ass\\w\u00f6rd\n");
  }
  static std::unique_ptr<http::HttpClient> Client() {
    http::ClientOptions options;
    options.ca_file = GetWorld().tls.ca_file();
    return http::CreateClient(options).value();
  }
  // What the stand-in was asked since the last call.
  static std::string Log(absl::string_view path = "/log") {
    return Client()->Send({"GET", absl::StrCat("https://127.0.0.1:", GetWorld().port, path), {}, ""})->body;
  }
  std::unique_ptr<PaHttpsTokens> Open() {
    return std::make_unique<PaHttpsTokens>(options_, Client(), clock_);
  }
  absl::StatusOr<std::string> Ask(const std::string& account) {
    options_.account = account;
    return Open()->IssueToken(kTnAuthList, kFingerprint);
  }
  absl::Status Refusal(const std::string& account) { return Ask(account).status(); }

  testing::TempDir folder_;
  testing::FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  PaHttpsOptions options_;
};

TEST_F(PaHttpsTokensTest, TokenIsAskedForAsDeployed) {
  options_.path = PaHttpsOptions::Path::kApi;
  const auto token = Ask("1234");
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->substr(0, 4), "e30.");
  const std::string log = Log();
  EXPECT_THAT(log, HasSubstr("login kms@acme.example\n"));
  EXPECT_THAT(log, HasSubstr("token /api/v1/account/1234/token ACCESS"));
  EXPECT_THAT(log, HasSubstr(R"({"atc":{"ca":false,"fingerprint":"SHA256 65:3A:93","tktype":"TNAuthList",)"
                             R"("tkvalue":"MAigBhYEMTIzNA=="}})"));
}

TEST_F(PaHttpsTokensTest, PathsOfTheStandards) {
  ASSERT_TRUE(Ask("1234").ok());
  EXPECT_THAT(Log(), HasSubstr("token /sti-pa/account/1234/token"));
  options_.path = PaHttpsOptions::Path::kAt;
  ASSERT_TRUE(Ask("1234").ok());
  const std::string log = Log();
  EXPECT_THAT(log, HasSubstr("token /at/account/1234/token"));
  EXPECT_THAT(log, HasSubstr(R"("tkvalue":"MAigBhYEMTIzNA"})"));  // RFC 9448 s3
}

TEST_F(PaHttpsTokensTest, AccountStaysOneSegmentOfThePath) {
  EXPECT_TRUE(Ask("../x?y=1#z").ok());
  EXPECT_THAT(Log(), HasSubstr("token /sti-pa/account/..%2Fx%3Fy%3D1%23z/token"));
}

TEST_F(PaHttpsTokensTest, OlderNameOfTheTokenIsUnderstood) { EXPECT_TRUE(Ask("older").ok()); }

TEST_F(PaHttpsTokensTest, SessionServesUntilItsEnd) {
  const auto tokens = Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(tokens->IssueToken(kTnAuthList, kFingerprint).ok());
  std::string log = Log();
  EXPECT_EQ(log.find("login"), log.rfind("login"));
  EXPECT_THAT(log, Not(HasSubstr("refresh")));
  clock_.Advance(absl::Minutes(59) + absl::Seconds(31));  // half a minute before the hour is over
  ASSERT_TRUE(tokens->IssueToken(kTnAuthList, kFingerprint).ok());
  log = Log();
  EXPECT_THAT(log, HasSubstr("refresh REFRESH"));
  EXPECT_THAT(log, Not(HasSubstr("login")));
}

TEST_F(PaHttpsTokensTest, SessionThatIsNotRefreshedIsBegunAnew) {
  for (const char* user : {"short-refused", "without-refresh"}) {
    options_.user = user;
    const auto tokens = Open();
    ASSERT_TRUE(tokens->IssueToken(kTnAuthList, kFingerprint).ok());
    clock_.Advance(absl::Hours(1));
    Log();
    ASSERT_TRUE(tokens->IssueToken(kTnAuthList, kFingerprint).ok());
    EXPECT_THAT(Log(), HasSubstr(absl::StrCat("login ", user)));
  }
}

TEST_F(PaHttpsTokensTest, SessionThatThePaHasForgottenIsBegunAnewOnce) {
  const auto tokens = Open();
  ASSERT_TRUE(tokens->IssueToken(kTnAuthList, kFingerprint).ok());
  Log("/forget");
  const auto token = tokens->IssueToken(kTnAuthList, kFingerprint);
  EXPECT_TRUE(token.ok()) << token.status();
  EXPECT_THAT(Log(), HasSubstr("login"));
  options_.account = "401";
  const auto refused = Open();
  EXPECT_EQ(ReasonOf(refused->IssueToken(kTnAuthList, kFingerprint).status()), Reason::kUnauthenticated);
  Log();
  EXPECT_EQ(ReasonOf(refused->IssueToken(kTnAuthList, kFingerprint).status()), Reason::kUnauthenticated);
  const std::string log = Log();  // two tries, one login between them
  EXPECT_EQ(log.find("login"), log.rfind("login"));
  EXPECT_NE(log.find("token"), log.rfind("token"));
}

TEST_F(PaHttpsTokensTest, PasswordIsReadAtEachLogin) {
  folder_.Write("password", "wrong");
  const auto tokens = Open();
  const absl::Status refused = tokens->IssueToken(kTnAuthList, kFingerprint).status();
  EXPECT_EQ(ReasonOf(refused), Reason::kUnauthenticated);
  EXPECT_EQ(refused.message(), "HTTP status 401: Wrong user or password (errorCode 401)");
  folder_.Write("password", "p\"ass\\w\u00f6rd");
  EXPECT_TRUE(tokens->IssueToken(kTnAuthList, kFingerprint).ok());
}

TEST_F(PaHttpsTokensTest, PasswordFileMustBeTheOwnersAndHoldOne) {
  folder_.Write("password", "x", 0640);
  absl::Status status = Refusal("1234");
  EXPECT_EQ(ReasonOf(status), Reason::kKeyPermissions);
  EXPECT_THAT(std::string(status.message()), ::testing::StartsWith("own state: "));
  folder_.Write("password", "\n");
  EXPECT_EQ(ReasonOf(Refusal("1234")), Reason::kKeyInvalid);
  options_.password_file = folder_.File("nowhere");
  EXPECT_EQ(ReasonOf(Refusal("1234")), Reason::kNotFound);
  EXPECT_EQ(Log(), "");
}

TEST_F(PaHttpsTokensTest, ErrorsBecomeReasonsWithThePasWords) {
  const auto expect = [&](const std::string& account, Reason reason, absl::string_view text) {
    const absl::Status status = Refusal(account);
    EXPECT_EQ(ReasonOf(status), reason) << account << status;
    EXPECT_EQ(status.message(), text);
  };
  expect("701", Reason::kInvalidField, "HTTP status 400: Invalid atc?fingerprint (errorCode 701)");
  expect("403", Reason::kPermissionDenied, "HTTP status 403: SPC 1234 is not assigned (errorCode 403)");
  expect("404", Reason::kNotFound, "HTTP status 404");
  expect("429", Reason::kOverloaded, "HTTP status 429: slow down");
  expect("503", Reason::kUnavailable, "HTTP status 503");
  expect("200-error", Reason::kInvalidField, "HTTP status 200: no token today (errorCode 900)");
  expect("html", Reason::kInvalidField, "the answer is no JSON object");
  expect("empty", Reason::kInvalidField, "the answer has no SPC token");
  expect("no-jwt", Reason::kInvalidField, "the answer has no SPC token");
  EXPECT_EQ(RetryAfterOf(Refusal("429")), absl::Seconds(30));
  EXPECT_EQ(RetryAfterOf(Refusal("503")), absl::Seconds(7));
}

TEST_F(PaHttpsTokensTest, UselessLoginsAreNamed) {
  options_.user = "useless";
  EXPECT_EQ(Refusal("1234").message(), "the answer to the login has no accessToken");
  options_.user = "away";
  EXPECT_EQ(ReasonOf(Refusal("1234")), Reason::kUnavailable);
}

TEST_F(PaHttpsTokensTest, PaThatIsAwayOrCancelledIsUnavailable) {
  const auto tokens = Open();
  tokens->Cancel();
  EXPECT_EQ(ReasonOf(tokens->IssueToken(kTnAuthList, kFingerprint).status()), Reason::kUnavailable);
  options_.url = "https://127.0.0.1:1";
  EXPECT_EQ(ReasonOf(Refusal("1234")), Reason::kUnavailable);
}

}  // namespace
}  // namespace sti::as
