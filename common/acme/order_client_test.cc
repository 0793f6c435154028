#include "common/acme/order_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/acme/account_opener.h"
#include "common/acme/error.h"
#include "common/acme/fake_server_testing.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"

namespace sti::acme {
namespace {

using ::testing::HasSubstr;

constexpr char kRefused[] =
    R"({"type":"urn:ietf:params:acme:error:incorrectResponse","detail":"for another\nkey"})";

class OrderClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(OpenAccount(connection_, {}).ok());
    connection_.set_deadline(clock_.TimeNow() + absl::Minutes(2));
  }
  absl::StatusOr<IssuedChain> Run() {
    auto order = OrderClient::Begin(connection_, tn_auth_list_);
    if (!order.ok()) return order.status();
    auto issued = order->Finish(Request());
    over_ = order->over();
    return issued;
  }
  absl::StatusOr<IssuedChain> Resume() {
    OrderClient order(connection_, server_.order_url());
    auto issued = order.Finish(Request());
    over_ = order.over();
    return issued;
  }
  OrderRequest Request() {
    return {"csr octets", [this]() -> absl::StatusOr<std::string> { return ++tokens_, token_; }, member_};
  }
  long Count(const std::string& request) const {
    return std::count(server_.requests.begin(), server_.requests.end(), request);
  }

  testing::FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  FakeServer server_{clock_};
  std::shared_ptr<const crypto::SigningKey> key_ = crypto::SigningKey::Generate().value();
  Connection connection_{server_, clock_, *key_, server_.directory_url()};
  const pki::TnAuthList tn_auth_list_ = pki::TnAuthList::ForSpc("1234").value();
  absl::StatusOr<std::string> token_ = std::string("a.b.c");
  std::string member_ = "tkauth";
  int tokens_ = 0;
  bool over_ = false;
};

TEST_F(OrderClientTest, OrderBecomesAChain) {
  const auto issued = Run();
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(issued->pem, server_.chain);
  EXPECT_EQ(issued->x5u, "https://cr.test/1.pem");
  EXPECT_EQ(issued->alternates, std::vector<std::string>{"https://ca.test/certificate/2"});
  EXPECT_EQ(server_.token, "a.b.c");
  EXPECT_EQ(server_.csr, "csr octets");
  EXPECT_TRUE(server_.waits.empty());  // there was nothing to wait for
  EXPECT_FALSE(over_);
}

TEST_F(OrderClientTest, ServerThatNamesNoPublicUrlLeavesItEmpty) {
  server_.names_x5u = false;
  EXPECT_EQ(Run()->x5u, "");
}

TEST_F(OrderClientTest, OlderMemberIsSentWhereItIsAskedFor) {
  server_.challenge_member = "atc";
  const auto refused = Run();
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("no token"));
  EXPECT_TRUE(over_);
  member_ = "atc";
  EXPECT_TRUE(Run().ok());
}

TEST_F(OrderClientTest, UnfinishedObjectsAreAskedAgainWhenTheServerSaysSo) {
  server_.challenge_delay = 2;
  server_.order_delay = 3;
  server_.retry_after = "7";
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(server_.challenges, 1);
  EXPECT_EQ(server_.finalizes, 1);
  EXPECT_EQ(tokens_, 1);
  EXPECT_GE(std::count(server_.waits.begin(), server_.waits.end(), absl::Seconds(7)), 4);
}

TEST_F(OrderClientTest, OrderThatIsNotFinishedInTimeIsLeftOpen) {
  server_.order_delay = 1000;
  const auto issued = Run();
  EXPECT_EQ(ReasonOf(issued.status()), Reason::kDeadlineExceeded) << issued.status();
  EXPECT_FALSE(over_);
  EXPECT_LE(clock_.TimeNow(), absl::FromUnixSeconds(1'800'000'000) + absl::Minutes(2));
  // The next try takes it up: nothing is ordered, proven or finalized anew.
  server_.order_delay = 0;
  connection_.set_deadline(clock_.TimeNow() + absl::Minutes(2));
  EXPECT_TRUE(Resume().ok());
  EXPECT_EQ(server_.orders + server_.challenges + server_.finalizes, 3);
}

TEST_F(OrderClientTest, LongRetryAfterIsNotSatOutButTold) {
  server_.order_delay = 1;
  server_.retry_after = "3600";
  const auto issued = Run();
  EXPECT_EQ(ReasonOf(issued.status()), Reason::kDeadlineExceeded);
  EXPECT_EQ(RetryAfterOf(issued.status()), absl::Hours(1));
  EXPECT_TRUE(server_.waits.empty() || server_.waits.back() < absl::Minutes(1));
}

TEST_F(OrderClientTest, OrderFoundReadyOrValidGoesOnFromThere) {
  ASSERT_TRUE(OrderClient::Begin(connection_, tn_auth_list_).ok());
  server_.order_status = "ready";
  ASSERT_TRUE(Resume().ok());
  EXPECT_EQ(tokens_, 0);
  EXPECT_EQ(server_.finalizes, 1);
  ASSERT_TRUE(Resume().ok());
  EXPECT_EQ(server_.finalizes, 1);
  EXPECT_EQ(Count("POST /certificate/1"), 2);
}

TEST_F(OrderClientTest, LostAnswerToFinalizeIsNoLoss) {
  server_.loses_finalize_answer = true;
  EXPECT_TRUE(Run().ok());
  EXPECT_EQ(server_.finalizes,
            2);  // the second was told orderNotReady, and looked what had become of the order
}

TEST_F(OrderClientTest, OrderThatTheServerDoesNotKnowIsOver) {
  const auto issued = Resume();
  EXPECT_FALSE(issued.ok());
  EXPECT_TRUE(over_);
}

TEST_F(OrderClientTest, ServerThatIsAwayEndsNoOrder) {
  ASSERT_TRUE(OrderClient::Begin(connection_, tn_auth_list_).ok());
  server_.away = MakeError(Reason::kUnavailable, "no connection");
  EXPECT_EQ(ReasonOf(Resume().status()), Reason::kUnavailable);
  EXPECT_FALSE(over_);
}

TEST_F(OrderClientTest, RefusedTokenEndsTheOrderWithTheServersWords) {
  server_.challenge_error = kRefused;
  const auto issued = Run();
  EXPECT_EQ(ReasonOf(issued.status()), Reason::kPermissionDenied);
  EXPECT_THAT(std::string(issued.status().message()), HasSubstr("incorrectResponse: for another?key"));
  EXPECT_TRUE(over_);
}

TEST_F(OrderClientTest, InvalidOrderSaysWhy) {
  server_.order_error = R"({"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"not yours"})";
  const auto issued = Run();
  EXPECT_THAT(std::string(issued.status().message()), HasSubstr("rejectedIdentifier: not yours"));
  EXPECT_TRUE(over_);
}

TEST_F(OrderClientTest, FailureOfTheTokenComesAsItIs) {
  token_ = MakeError(Reason::kProviderNotApproved, "suspended");
  const auto issued = Run();
  EXPECT_EQ(ReasonOf(issued.status()), Reason::kProviderNotApproved);
  EXPECT_EQ(server_.challenges, 0);
  EXPECT_FALSE(over_);  // with a token it would go on
}

TEST_F(OrderClientTest, AuthorizationWithoutAChallengeForTokensIsOfNoUse) {
  server_.instead["/authorization/1"] = {
      {200, "", "", "", "", {}, R"({"status":"pending","challenges":[]})"}};
  const auto issued = Run();
  EXPECT_EQ(ReasonOf(issued.status()), Reason::kInvalidField);
  EXPECT_THAT(std::string(issued.status().message()), HasSubstr("tkauth-01"));
}

TEST_F(OrderClientTest, WhatIsNoChainIsNamedByItsType) {
  server_.chain = "<html>";
  server_.chain_type = "text/html";
  const auto issued = Run();
  EXPECT_EQ(ReasonOf(issued.status()), Reason::kInvalidField);
  EXPECT_THAT(std::string(issued.status().message()), HasSubstr("no PEM chain but \"text/html\""));
  server_.chain = std::string(40'000, 'x');
  EXPECT_EQ(ReasonOf(Resume().status()), Reason::kTooLarge);
}

TEST_F(OrderClientTest, OrderWithoutLocationIsOfNoUse) {
  server_.instead["/order"] = {{201, "", "", "", "", {}, R"({"status":"pending"})"}};
  EXPECT_EQ(FieldOf(Run().status()), "Location");
}

TEST_F(OrderClientTest, TroubleInTheMiddleIsWaitedOut) {
  const TransportAnswer busy{503, "", "", "", "3", {}, ""};
  server_.instead["/order"] = {busy};
  server_.instead["/finalize/1"] = {busy, busy};
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(std::count(server_.waits.begin(), server_.waits.end(), absl::Seconds(3)), 3);
}

}  // namespace
}  // namespace sti::acme
