#include "services/as/rest_routes.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"
#include "common/crypto/api_key.h"
#include "common/testing/sequence_random.h"

namespace sti::as {
namespace {

constexpr char kBody[] = R"({"signingRequest":{"attest":"A","dest":{"tn":["12155550131"]},"iat":1735689600,)"
                         R"("orig":{"tn":"12155550121"},"origid":"123e4567-e89b-12d3-a456-426655440000"}})";
constexpr char kIdentity[] = "eyJ...sig;info=<https://cr.example.net/1234.pem>;alg=ES256;ppt=shaken";

std::string HeaderOf(const http::HttpResponse& response, absl::string_view name) {
  for (const auto& [field, value] : response.headers) {
    if (field == name) return value;
  }
  return "";
}

class RestRoutesTest : public ::testing::Test {
 protected:
  using Edit = std::function<void(http::HttpRequest&)>;

  RestRoutesTest() : key_(crypto::MakeApiKey("sbc-by-key", testing::SequenceRandom(9)).value()) {
    routes_.emplace(
        [](const std::string& identity) {
          return identity == "stranger" ? MakeError(Reason::kPermissionDenied, "no provider's")
                                        : absl::OkStatus();
        },
        [this](const RestRoutes::Client& client, OutgoingCall call, const RestRoutes::Done& done) {
          client_ = client;
          seen_ = std::move(call);
          done(outcome_);
        },
        rest::ApiKeys(crypto::ApiKeyTable::Parse(key_.line).value()), random_);
  }

  http::HttpResponse Ask(const Edit& edit = [](auto&) {}) {
    http::HttpRequest request;
    request.method = "POST";
    request.target = "/stir/v1/signing";
    request.headers = {{"content-type", "application/json"},
                       {"content-length", "7"},
                       {"x-requestid", "AA97B177-9383-4934-8543-0F91A7A02836"}};
    request.body = kBody;
    request.client_identity = "sbc";
    edit(request);
    seen_.reset();
    http::HttpResponse answered;
    routes_->Handle(request,
                    http::HttpAnswer([&](http::HttpResponse response) { answered = std::move(response); }));
    EXPECT_EQ(HeaderOf(answered, "Content-Type"), "application/json");
    EXPECT_NE(HeaderOf(answered, "X-RequestID"), "");
    return answered;
  }
  // "405 POL4050": status, and id in the body; nothing was signed.
  std::string Refusal(const Edit& edit) {
    const http::HttpResponse response = Ask(edit);
    EXPECT_FALSE(seen_.has_value());
    const size_t at = response.body.find("messageId");
    return absl::StrCat(response.status, " ",
                        at == std::string::npos ? "" : response.body.substr(at + 12, 7));
  }

  const testing::SequenceRandom random_;
  const crypto::ApiKey key_;
  absl::StatusOr<std::string> outcome_ = std::string(kIdentity);
  RestRoutes::Client client_;
  std::optional<OutgoingCall> seen_;
  std::optional<RestRoutes> routes_;
};

TEST_F(RestRoutesTest, TheExampleOfTheStandardIsAnswered) {
  const http::HttpResponse response = Ask();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(
      response.body,
      R"({"signingResponse":{"identity":"eyJ...sig;info=<https://cr.example.net/1234.pem>;alg=ES256;ppt=shaken"}})");
  EXPECT_EQ(HeaderOf(response, "X-RequestID"), "AA97B177-9383-4934-8543-0F91A7A02836");
  EXPECT_EQ(client_.identity, "sbc");
  EXPECT_EQ(client_.request_id, "AA97B177-9383-4934-8543-0F91A7A02836");
  EXPECT_EQ(seen_->orig_tn, "+12155550121");
}

TEST_F(RestRoutesTest, ThePathOf3gppAlwaysHasItsForm) {
  const auto there = [](auto& r) { r.target = "/3gpp/v1/signing"; };
  EXPECT_EQ(
      Ask(there).body,
      R"({"signingResponse":{"identityHeader":"eyJ...sig;info=<https://cr.example.net/1234.pem>;alg=ES256;ppt=shaken"}})");
  EXPECT_EQ(Ask([&](auto& r) {
              there(r);
              r.method = "PUT";
            }).body,
            R"({"error":"Method not allowed"})");
  EXPECT_EQ(Ask([&](auto& r) {
              there(r);
              r.body = "{}";
            }).body,
            R"({"error":"Missing mandatory parameter 'signingRequest'"})");
  EXPECT_EQ(Ask([&](auto& r) {
              there(r);
              r.client_identity.clear();
            }).body,
            R"({"error":"The caller did not say who it is."})");
}

TEST_F(RestRoutesTest, EveryRowOfTheErrorTable) {
  EXPECT_EQ(Refusal([](auto& r) { r.body.clear(); }), "400 SVC4000");
  EXPECT_EQ(Refusal([](auto& r) { r.body = "{}"; }), "400 SVC4001");
  EXPECT_EQ(Refusal([](auto& r) { r.headers.emplace_back("accept", "text/html"); }), "406 SVC4002");
  EXPECT_EQ(Refusal([](auto& r) { r.target = "/stir/v1/verification"; }), "404 SVC4003");
  EXPECT_EQ(Refusal([](auto& r) { r.headers[0].second = "text/plain"; }), "415 SVC4004");
  EXPECT_EQ(Refusal([](auto& r) { r.body = R"({"signingRequest":1})"; }), "400 SVC4005");
  EXPECT_EQ(Refusal([](auto& r) { r.body = "{"; }), "400 SVC4006");
  EXPECT_EQ(Refusal([](auto& r) { r.headers[1].second.clear(); }), "411 SVC4007");
  EXPECT_EQ(Refusal([](auto& r) { r.method = "GET"; }), "405 POL4050");
  outcome_ = MakeError(Reason::kInternal, "SECRET");
  const http::HttpResponse response = Ask();
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, R"({"requestError":{"policyException":{"messageId":"POL5000","text":)"
                           R"("Error: Internal Server Error. Please try again later","variables":[]}}})");
}

TEST_F(RestRoutesTest, StrangersGet401AndClientsOfNoProvider403) {
  EXPECT_EQ(Refusal([](auto& r) { r.client_identity.clear(); }), "401 POL4050");
  EXPECT_EQ(Refusal([](auto& r) { r.headers.emplace_back("x-api-key", "wrong"); }), "401 POL4050");
  EXPECT_EQ(Refusal([](auto& r) { r.client_identity = "stranger"; }), "403 POL4050");
  EXPECT_EQ(Refusal([](auto& r) {
              r.client_identity = "stranger";
              r.target = "/nowhere";
            }),
            "403 POL4050");
  EXPECT_EQ(Ask([&](auto& r) {
              r.client_identity.clear();
              r.headers.emplace_back("x-api-key", std::string(key_.text.RevealForUse()));
            }).status,
            200);
  EXPECT_EQ(client_.identity, "sbc-by-key");
}

TEST_F(RestRoutesTest, RefusalsOfThePolicyHaveTheirMessages) {
  const auto refused = [this](const absl::Status& status) {
    outcome_ = status;
    const http::HttpResponse response = Ask();
    return absl::StrCat(response.status, " ", response.body.substr(response.body.find("messageId") + 12, 7));
  };
  EXPECT_EQ(refused(MakeError(Reason::kCustomerUnknown, "customer", "no such")), "400 SVC4005");
  EXPECT_EQ(refused(MakeError(Reason::kNumberDoNotOriginate, "orig", "")), "403 POL4050");
  EXPECT_EQ(refused(MakeError(Reason::kAttestRefused, "attest", "")), "403 POL4050");
  EXPECT_EQ(refused(MakeError(Reason::kIncomingNotVerified, "div", "")), "400 SVC4005");
  EXPECT_EQ(refused(MakeError(Reason::kIatStale, "iat", "too old")), "400 SVC4005");
  EXPECT_EQ(refused(MakeError(Reason::kCertificateExpired, "")), "400 SVC4005");
  EXPECT_EQ(refused(MakeError(Reason::kClockWrong, "")), "503 POL5000");
  EXPECT_EQ(refused(MakeError(Reason::kNotReady, "")), "503 POL5000");
  EXPECT_EQ(refused(MakeError(Reason::kQuotaExceeded, "")), "429 POL5000");
  EXPECT_EQ(refused(MakeError(Reason::kOverloaded, "")), "503 POL5000");
}

TEST_F(RestRoutesTest, WhoIsOverALimitIsToldWhenToTryAgain) {
  outcome_ = WithRetryAfter(MakeError(Reason::kQuotaExceeded, ""), absl::Milliseconds(2500));
  EXPECT_EQ(HeaderOf(Ask(), "Retry-After"), "3");
  outcome_ = WithRetryAfter(MakeError(Reason::kOverloaded, ""), absl::Milliseconds(20));
  EXPECT_EQ(HeaderOf(Ask(), "Retry-After"), "1");
  outcome_ = MakeError(Reason::kNotReady, "");
  EXPECT_EQ(HeaderOf(Ask(), "Retry-After"), "");
}

}  // namespace
}  // namespace sti::as
