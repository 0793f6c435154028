#include "services/vs/rest_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/crypto/api_key.h"
#include "common/testing/sequence_random.h"

namespace sti::vs {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr char kBody[] =
    R"({"verificationRequest":{"from":{"tn":"12155550121"},"to":{"tn":["12155550131"]},"time":1,"identity":"x"}})";
constexpr char kGppBody[] =
    R"({"verificationRequest":{"from":{"tn":"1"},"to":{"tn":"2"},"time":1,"identityHeader":"x"}})";

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
    ClientProfile profile;
    profile.clients = {"sbc", "sbc-by-key"};
    routes_.emplace(
        [this](const IncomingCall& call, const ClientProfile& served, const RestRoutes::Done& done) {
          seen_ = call;
          profile_ = served.name;
          done(outcome_);
        },
        ProfileTable::Create({profile}).value(), rest::ApiKeys(crypto::ApiKeyTable::Parse(key_.line).value()),
        random_);
  }

  static http::HttpRequest Good(const std::string& body = kBody) {
    http::HttpRequest request;
    request.method = "POST";
    request.target = "/stir/v1/verification";
    request.headers = {{"content-type", "application/json"}, {"content-length", absl::StrCat(body.size())}};
    request.body = body;
    request.client_identity = "sbc";
    return request;
  }
  static void Set(http::HttpRequest& request, const std::string& name, const std::string& value) {
    Remove(request, name);
    request.headers.emplace_back(name, value);
  }
  static void Remove(http::HttpRequest& request, const std::string& name) {
    for (size_t i = request.headers.size(); i-- > 0;) {
      if (request.headers[i].first == name)
        request.headers.erase(request.headers.begin() + static_cast<long>(i));
    }
  }
  http::HttpResponse Ask(const http::HttpRequest& request) {
    seen_.reset();
    http::HttpResponse answered;
    routes_->Handle(request,
                    http::HttpAnswer([&](http::HttpResponse response) { answered = std::move(response); }));
    EXPECT_EQ(HeaderOf(answered, "Content-Type"), "application/json");
    EXPECT_NE(HeaderOf(answered, "X-RequestID"), "");
    return answered;
  }
  // "405 POL4050": status, and id in the body.
  std::string Refusal(const Edit& edit) {
    http::HttpRequest request = Good();
    edit(request);
    const http::HttpResponse response = Ask(request);
    EXPECT_FALSE(seen_.has_value());
    const size_t at = response.body.find("messageId");
    return absl::StrCat(response.status, " ",
                        at == std::string::npos ? "" : response.body.substr(at + 12, 7));
  }

  const testing::SequenceRandom random_;
  const crypto::ApiKey key_;
  absl::StatusOr<stir::CallVerdict> outcome_ = stir::CallVerdict();
  std::optional<IncomingCall> seen_;
  std::string profile_;
  std::optional<RestRoutes> routes_;
};

TEST_F(RestRoutesTest, VerdictComesWith200EvenWhenNegative) {
  outcome_->reason = Reason::kSignatureInvalid;
  outcome_->verstat = Verstat::kTnValidationFailed;
  const http::HttpResponse response = Ask(Good());
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("reasoncode":438)"));
  EXPECT_EQ(seen_->from, "+12155550121");
  EXPECT_EQ(profile_, "default");
}

TEST_F(RestRoutesTest, RequestIdIsEchoedOrMade) {
  http::HttpRequest request = Good();
  Set(request, "x-requestid", "AA97B177-9383-4934-8543-0F91A7A02836");
  EXPECT_EQ(HeaderOf(Ask(request), "X-RequestID"), "AA97B177-9383-4934-8543-0F91A7A02836");
  request.body.clear();
  EXPECT_EQ(HeaderOf(Ask(request), "X-RequestID"), "AA97B177-9383-4934-8543-0F91A7A02836")
      << "in errors, too";
  for (const std::string& bad :
       {std::string(), std::string("a\tb"), std::string("\xc3\xbc"), std::string(129, 'a')}) {
    Set(request, "x-requestid", bad);
    EXPECT_THAT(HeaderOf(Ask(request), "X-RequestID"), MatchesRegex("[0-9a-f-]{36}"));
  }
  Set(request, "x-requestid", std::string(128, 'a'));
  EXPECT_EQ(HeaderOf(Ask(request), "X-RequestID"), std::string(128, 'a'));
  EXPECT_NE(HeaderOf(Ask(Good()), "X-RequestID"), HeaderOf(Ask(Good()), "X-RequestID"));
}

TEST_F(RestRoutesTest, OtherResourcesAreNotFound) {
  for (const char* target :
       {"/", "/stir/v1", "/stir/v1/", "/stir/v1/signing", "/stir/v1/verification/", "/stir/v2/verification",
        "/Stir/v1/verification", "/stir/v1/verification%20", "*"}) {
    EXPECT_EQ(Refusal([&](auto& r) { r.target = target; }), "404 SVC4003") << target;
  }
  http::HttpRequest request = Good();
  request.target += "?a=b";
  EXPECT_EQ(Ask(request).status, 200);
}

TEST_F(RestRoutesTest, OnlyPostIsAllowed) {
  for (const char* method : {"GET", "PUT", "DELETE", "PATCH", "OPTIONS", "post"}) {
    EXPECT_EQ(Refusal([&](auto& r) { r.method = method; }), "405 POL4050") << method;
  }
  http::HttpRequest request = Good();
  request.method = "GET";
  request.head = true;
  const http::HttpResponse response = Ask(request);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(HeaderOf(response, "Allow"), "POST");
}

TEST_F(RestRoutesTest, AnswerMustBeAcceptable) {
  for (const char* accept : {"application/json", "*/*", "application/*", "text/html, */*;q=0.1",
                             "APPLICATION/JSON", "application/json;q=0.5", "text/html,application/json",
                             "text/*;q=0,*/*", "*/*;q=0, application/json"}) {
    http::HttpRequest request = Good();
    Set(request, "accept", accept);
    EXPECT_EQ(Ask(request).status, 200) << accept;
  }
  for (const char* accept : {"text/html", "application/xml, text/*", "application/json;q=0", "*/*;q=0.000",
                             "application/json;q=0, */*", "application/jsonp"}) {
    EXPECT_EQ(Refusal([&](auto& r) { Set(r, "accept", accept); }), "406 SVC4002") << accept;
  }
}

TEST_F(RestRoutesTest, LengthTypeAndBodyAreNeeded) {
  EXPECT_EQ(Refusal([](auto& r) { Remove(r, "content-length"); }), "411 SVC4007");
  EXPECT_EQ(Refusal([](auto& r) { Remove(r, "content-type"); }), "415 SVC4004");
  for (const char* type : {"text/plain", "application/xml", "application/jsonp", "application/json+x", ""}) {
    EXPECT_EQ(Refusal([&](auto& r) { Set(r, "content-type", type); }), "415 SVC4004") << type;
  }
  for (const char* type : {"application/json; charset=utf-8", "Application/JSON", "application/json ;x"}) {
    http::HttpRequest request = Good();
    Set(request, "content-type", type);
    EXPECT_EQ(Ask(request).status, 200) << type;
  }
  EXPECT_EQ(Refusal([](auto& r) { r.body.clear(); }), "400 SVC4000");
  EXPECT_EQ(Refusal([](auto& r) { r.body = "{"; }), "400 SVC4006");
  EXPECT_EQ(Refusal([](auto& r) { r.body = "{}"; }), "400 SVC4001");
  EXPECT_EQ(Refusal([](auto& r) { r.body = R"({"verificationRequest":1})"; }), "400 SVC4005");
}

TEST_F(RestRoutesTest, ApiKeyNamesTheClient) {
  const std::string key(key_.text.RevealForUse());
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"authorization", "Bearer " + key}, {"authorization", "bearer  " + key}, {"x-api-key", key}}) {
    http::HttpRequest request = Good();
    request.client_identity = "";
    Set(request, name, value);
    EXPECT_EQ(Ask(request).status, 200) << name;
    request.client_identity = "stranger";
    EXPECT_EQ(Ask(request).status, 200) << "the key counts";
  }
}

TEST_F(RestRoutesTest, StrangersGet401AndUnservedClients403) {
  EXPECT_EQ(Refusal([](auto& r) { r.client_identity = ""; }), "401 POL4050");
  for (const char* value : {"Bearer ", "Bearer x", "Bearer"}) {
    EXPECT_EQ(Refusal([&](auto& r) {
                r.client_identity = "";
                Set(r, "authorization", value);
              }),
              "401 POL4050")
        << value;
  }
  EXPECT_EQ(Refusal([](auto& r) { Set(r, "x-api-key", "wrong"); }), "401 POL4050") << "beside a certificate";
  EXPECT_EQ(Refusal([](auto& r) { r.client_identity = "stranger"; }), "403 POL4050");
  EXPECT_EQ(Refusal([](auto& r) {
              r.client_identity = "";
              r.target = "/nowhere";
            }),
            "401 POL4050");
  http::HttpRequest request = Good();
  request.client_identity = "";
  EXPECT_EQ(HeaderOf(Ask(request), "WWW-Authenticate"), "Bearer");
}

TEST_F(RestRoutesTest, TheFormOfTheRequestIsThatOfTheAnswer) {
  EXPECT_THAT(Ask(Good(kGppBody)).body, HasSubstr("verstatValue"));
  EXPECT_EQ(Ask(Good(R"({"verificationRequest":{"identityHeader":"x"}})")).body,
            R"({"error":"Missing mandatory parameter 'from'"})");
  outcome_ = MakeError(Reason::kTelephoneNumberInvalid, "request_uri", "\"x\" is no number");
  EXPECT_EQ(Ask(Good(kGppBody)).body, R"({"error":"Invalid 'dest' value: \"x\" is no number"})");
  outcome_ = MakeError(Reason::kTooLarge, "resource_priority", "more than 32 values");
  const http::HttpResponse refused = Ask(Good(kGppBody));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body, R"({"error":"Invalid 'protectedHeaders' value: more than 32 values"})");
}

TEST_F(RestRoutesTest, WhatTheVerifierCannotDoIsNotExplained) {
  outcome_ = MakeError(Reason::kNotReady, "SECRET");
  const http::HttpResponse response = Ask(Good());
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, R"({"requestError":{"policyException":{"messageId":"POL5000","text":)"
                           R"("Error: Internal Server Error. Please try again later","variables":[]}}})");
}

}  // namespace
}  // namespace sti::vs
