// Accounts and the connection below them: nonces, trouble, terms, External Account Binding.
#include "common/acme/account_opener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/acme/fake_server_testing.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"

namespace sti::acme {
namespace {

using ::testing::HasSubstr;

class AccountOpenerTest : public ::testing::Test {
 protected:
  absl::Status Open(const AccountOptions& options = {}) {
    Connection connection(server_, clock_, *key_, server_.directory_url());
    const absl::Status status = OpenAccount(connection, options);
    account_ = connection.account();
    return status;
  }

  testing::FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  FakeServer server_{clock_};
  std::shared_ptr<const crypto::SigningKey> key_ = crypto::SigningKey::Generate().value();
  std::string account_;
};

TEST_F(AccountOpenerTest, KeyHasOneAccountHoweverOftenItAsks) {
  AccountOptions options;
  options.contacts = {"mailto:noc@example.net"};
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Open(options).ok());
  EXPECT_EQ(account_, "https://ca.test/account/1");
  EXPECT_EQ(server_.accounts, 1);
  EXPECT_EQ(server_.contacts, "mailto:noc@example.net ");
}

TEST_F(AccountOpenerTest, TermsAreAgreedToByTheirUrlOnly) {
  server_.terms = "https://ca.test/terms/2";
  AccountOptions options;
  for (const char* agreed : {"", "https://ca.test/terms/1"}) {
    options.agreed_terms = agreed;
    const absl::Status refused = Open(options);
    EXPECT_EQ(FieldOf(refused), "agreed_terms");
    EXPECT_THAT(std::string(refused.message()), HasSubstr("https://ca.test/terms/2"));
  }
  EXPECT_EQ(server_.accounts, 0);
  options.agreed_terms = server_.terms;
  EXPECT_TRUE(Open(options).ok());
  // An account that exists has agreed already.
  EXPECT_TRUE(Open().ok());
}

TEST_F(AccountOpenerTest, ExternalAccountIsBound) {
  server_.external_key_id = "kid-1";
  EXPECT_EQ(FieldOf(Open()), "external_key_id");
  AccountOptions wrong;
  wrong.external_key_id = "kid-1";
  wrong.external_key = Secret("another key of the same length!!");
  EXPECT_EQ(ReasonOf(Open(wrong)), Reason::kPermissionDenied);
  AccountOptions right;
  right.external_key_id = "kid-1";
  right.external_key = Secret(server_.external_key);
  const absl::Status opened = Open(right);
  EXPECT_TRUE(opened.ok()) << opened;
  EXPECT_EQ(server_.accounts, 1);
}

TEST_F(AccountOpenerTest, AccountThatIsNotValidIsNoAccount) {
  ASSERT_TRUE(Open().ok());
  server_.account_status = "deactivated";
  const absl::Status refused = Open();
  EXPECT_EQ(ReasonOf(refused), Reason::kPermissionDenied);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("deactivated"));
}

TEST_F(AccountOpenerTest, BadNonceIsExchangedTenTimesAtMost) {
  server_.reject_nonces = 9;
  EXPECT_TRUE(Open().ok());
  server_.reject_nonces = 10;
  EXPECT_THAT(std::string(Open().message()), HasSubstr("badNonce"));
}

TEST_F(AccountOpenerTest, BadNonceWithoutAFreshOneCostsARequest) {
  server_.fresh_nonce_with_badnonce = false;
  server_.reject_nonces = 2;
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(std::count(server_.requests.begin(), server_.requests.end(), "HEAD /nonce"), 3);
}

TEST_F(AccountOpenerTest, NoncesThatAreNoneAreNotUsed) {
  TransportAnswer answer;
  answer.status = 200;
  answer.nonce = "not base64url\"";
  server_.instead["/nonce"] = {answer};
  EXPECT_EQ(FieldOf(Open()), "newNonce");
}

TEST_F(AccountOpenerTest, TroubleIsWaitedOutThreeTimesAndForAMinuteAtMost) {
  TransportAnswer trouble;
  trouble.status = 500;
  server_.instead["/directory"] = {trouble, trouble};
  EXPECT_TRUE(Open().ok());
  EXPECT_EQ(server_.waits, (std::vector<absl::Duration>{absl::Seconds(1), absl::Seconds(2)}));
  server_.instead["/directory"] = {trouble, trouble, trouble};
  EXPECT_EQ(ReasonOf(Open()), Reason::kUnavailable);
  trouble.status = 429;
  trouble.retry_after = "61";
  server_.waits.clear();
  server_.instead["/account"] = {trouble};
  const absl::Status refused = Open();
  EXPECT_EQ(ReasonOf(refused), Reason::kOverloaded);
  EXPECT_EQ(RetryAfterOf(refused), absl::Seconds(61));
  EXPECT_TRUE(server_.waits.empty());
}

TEST_F(AccountOpenerTest, DirectoryThatIsNoneIsNamed) {
  TransportAnswer answer;
  answer.status = 200;
  for (const char* body :
       {"", "<html>", "[]", "{}", R"({"newNonce":"https://ca.test/nonce","newAccount":7})"}) {
    answer.body = body;
    server_.instead["/directory"] = {answer};
    const absl::Status refused = Open();
    EXPECT_EQ(FieldOf(refused), "directory") << refused;
    EXPECT_EQ(ReasonOf(refused), Reason::kInvalidField);
  }
}

TEST_F(AccountOpenerTest, PeerThatIsAwayIsAway) {
  server_.away = MakeError(Reason::kDeadlineExceeded, "no answer");
  EXPECT_EQ(ReasonOf(Open()), Reason::kDeadlineExceeded);
  EXPECT_TRUE(server_.waits.empty());
}

}  // namespace
}  // namespace sti::acme
