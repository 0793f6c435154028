#include "common/stir/atis_error.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/base/reason.h"
#include "common/codec/json.h"

namespace sti::stir {
namespace {

struct Row {
  AtisError error;
  int http_status;
  const char* body;
};

// The table of rest_api.md s1.3, spelled out.
TEST(AtisErrorTest, EveryRowHasTheStatusAndBodyOfTheStandard) {
  const std::vector<Row> rows = {
      {MissingBody(), 400,
       R"({"requestError":{"serviceException":{"messageId":"SVC4000","text":"Error: Missing request body","variables":[]}}})"},
      {AtisErrorOf(MakeError(Reason::kMissingField, "iat", "it is needed")), 400,
       R"({"requestError":{"serviceException":{"messageId":"SVC4001","text":"Error: Missing mandatory parameter '%1'","variables":["iat"]}}})"},
      {NotAcceptable(), 406,
       R"({"requestError":{"serviceException":{"messageId":"SVC4002","text":"Error: Requested response body type is not supported","variables":[]}}})"},
      {ResourceNotFound(), 404,
       R"({"requestError":{"serviceException":{"messageId":"SVC4003","text":"Error: Requested resource not found","variables":[]}}})"},
      {UnsupportedType("application/json"), 415,
       R"({"requestError":{"serviceException":{"messageId":"SVC4004","text":"Error: Unsupported request body type, expected '%1'","variables":["application/json"]}}})"},
      {AtisErrorOf(MakeError(Reason::kInvalidField, "iat", "must be an integer")), 400,
       R"({"requestError":{"serviceException":{"messageId":"SVC4005","text":"Error: Invalid '%1' value: %2","variables":["iat","must be an integer"]}}})"},
      {AtisErrorOf(MakeError(Reason::kTooLarge, "identity", "at most 16")), 400,
       R"({"requestError":{"serviceException":{"messageId":"SVC4005","text":"Error: Invalid '%1' value: %2","variables":["identity","at most 16"]}}})"},
      {AtisErrorOf(MakeError(Reason::kMalformedJson, "unexpected end")), 400,
       R"({"requestError":{"serviceException":{"messageId":"SVC4006","text":"Error: Failed to parse received message body: %1","variables":["unexpected end"]}}})"},
      {LengthRequired(), 411,
       R"({"requestError":{"serviceException":{"messageId":"SVC4007","text":"Error: Missing mandatory Content-Length header","variables":[]}}})"},
      {MethodNotAllowed(), 405,
       R"({"requestError":{"policyException":{"messageId":"POL4050","text":"Error: Method not allowed","variables":[]}}})"},
      {AtisErrorOf(MakeError(Reason::kInternal, "SECRET")), 500,
       R"({"requestError":{"policyException":{"messageId":"POL5000","text":"Error: Internal Server Error. Please try again later","variables":[]}}})"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(row.error.http_status, row.http_status) << row.error.id;
    EXPECT_EQ(row.error.AtisBody(), row.body);
  }
}

TEST(AtisErrorTest, GppFormIsOneSentence) {
  EXPECT_EQ(AtisErrorOf(MakeError(Reason::kMissingField, "identityHeader", "")).GppBody(),
            R"({"error":"Missing mandatory parameter 'identityHeader'"})");
  EXPECT_EQ(AtisErrorOf(MakeError(Reason::kInvalidField, "%2", "no \"%1\"")).GppBody(),
            R"({"error":"Invalid '%2' value: no \"%1\""})");
  EXPECT_EQ(MethodNotAllowed().GppBody(), R"({"error":"Method not allowed"})");
}

TEST(AtisErrorTest, WhatTheDaemonLacksIsNotSaid) {
  for (const Reason reason : {Reason::kNotReady, Reason::kOverloaded, Reason::kStorageFailed,
                              Reason::kInternal, Reason::kConfigInvalid, Reason::kTrustStale}) {
    const AtisError error = AtisErrorOf(MakeError(reason, "field", "SECRET"));
    EXPECT_EQ(error.id, "POL5000");
    EXPECT_GE(error.http_status, 500);
    EXPECT_TRUE(error.variables.empty());
  }
  EXPECT_EQ(AtisErrorOf(MakeError(Reason::kNotReady, "SECRET")).http_status, 503);
  EXPECT_EQ(AtisErrorOf(absl::UnknownError("SECRET")).id, "POL5000");
}

TEST(AtisErrorTest, AClientOverItsLimitIsToldSo) {
  const AtisError error = AtisErrorOf(MakeError(Reason::kQuotaExceeded, "calls_per_day of sbc-7"));
  EXPECT_EQ(error.http_status, 429);
  EXPECT_EQ(
      error.AtisBody(),
      R"({"requestError":{"policyException":{"messageId":"POL5000","text":"Error: The client has used up what it may ask for; try again later.","variables":[]}}})");
}

TEST(AtisErrorTest, PolicyOfTheSignerIsAPolicyException) {
  for (const Reason reason : {Reason::kNumberDoNotOriginate, Reason::kAttestRefused}) {
    const AtisError error = AtisErrorOf(MakeError(reason, "orig", "SECRET"));
    EXPECT_EQ(error.id, "POL4050");
    EXPECT_EQ(error.http_status, 403);
    EXPECT_EQ(error.text, RowOf(reason).public_text);
  }
  EXPECT_EQ(AtisErrorOf(MakeError(Reason::kClockWrong, "SECRET")).http_status, 503);
  EXPECT_EQ(AtisErrorOf(MakeError(Reason::kCustomerUnknown, "customer", "no such")).id, "SVC4005");
}

TEST(AtisErrorTest, StrangersAreTurnedAway) {
  const AtisError nobody = AtisErrorOf(MakeError(Reason::kUnauthenticated, "SECRET"));
  EXPECT_EQ(nobody.http_status, 401);
  EXPECT_EQ(
      nobody.AtisBody(),
      R"({"requestError":{"policyException":{"messageId":"POL4050","text":"Error: The caller did not say who it is.","variables":[]}}})");
  EXPECT_EQ(AtisErrorOf(MakeError(Reason::kPermissionDenied, "SECRET")).http_status, 403);
}

TEST(AtisErrorTest, EveryReasonGivesAnErrorThatCanBeSent) {
  for (size_t i = 1; i < kReasonCount; ++i) {
    const AtisError error = AtisErrorOf(MakeError(static_cast<Reason>(i), "f", "d"));
    EXPECT_GE(error.http_status, 400) << i;
    EXPECT_LT(error.http_status, 600) << i;
    EXPECT_EQ(error.id.size(), 7u) << i;
    EXPECT_TRUE(codec::ParseJson(error.AtisBody(), 4096).ok()) << i;
  }
}

}  // namespace
}  // namespace sti::stir
