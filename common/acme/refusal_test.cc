// What servers answer, as clients tell it: problem documents, headers.
#include "common/acme/refusal.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/acme/link_header.h"
#include "common/acme/object_reader.h"
#include "common/acme/retry_after_header.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"

namespace sti::acme {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'784'800'000);

absl::Status Refusal(int status, std::string body, std::string retry_after = "") {
  return RefusalOf({status, "", "", "", std::move(retry_after), {}, std::move(body)}, kNow);
}

std::string Problem(absl::string_view type, absl::string_view detail = "so") {
  return absl::StrCat(R"({"type":"urn:ietf:params:acme:error:)", type, R"(","detail":")", detail, "\"}");
}

TEST(RefusalTest, ProblemBecomesAReasonWithTheServersWords) {
  const absl::Status status = Refusal(403, Problem("rejectedIdentifier", "unknown code"));
  EXPECT_EQ(ReasonOf(status), Reason::kPermissionDenied);
  EXPECT_EQ(TypeOf(status), ErrorType::kRejectedIdentifier);
  EXPECT_EQ(status.message(), "HTTP status 403: rejectedIdentifier: unknown code");
  EXPECT_EQ(ReasonOf(Refusal(400, Problem("badCSR"))), Reason::kCsrInvalid);
  EXPECT_EQ(ReasonOf(Refusal(400, Problem("badPublicKey"))), Reason::kKeyInvalid);
}

TEST(RefusalTest, TroubleOfTheServersIsUnavailableWhateverItsType) {
  for (const absl::Status& status :
       {Refusal(500, Problem("serverInternal")), Refusal(400, Problem("serverInternal")),
        Refusal(503, Problem("malformed")), Refusal(502, "<html>"), Refusal(500, "")}) {
    EXPECT_EQ(ReasonOf(status), Reason::kUnavailable) << status;
  }
  EXPECT_EQ(ReasonOf(Refusal(429, "")), Reason::kOverloaded);
  EXPECT_EQ(ReasonOf(Refusal(403, Problem("rateLimited"))), Reason::kOverloaded);
}

TEST(RefusalTest, WhatIsNoProblemDocumentGoesByTheStatus) {
  for (const char* body : {"", "<html>", "[]", "{}", R"({"detail":"x"})", "{\"type\":"}) {
    EXPECT_EQ(Refusal(403, body).message(), "HTTP status 403 without a problem document") << body;
    EXPECT_EQ(ReasonOf(Refusal(403, body)), Reason::kPermissionDenied);
    EXPECT_EQ(ReasonOf(Refusal(404, body)), Reason::kNotFound);
  }
  EXPECT_EQ(Refusal(302, "").message(), "HTTP status 302; redirects are not followed");
  const absl::Status foreign = Refusal(400, R"({"type":"https://ca.example/errors/7","detail":"odd"})");
  EXPECT_EQ(ReasonOf(foreign), Reason::kInvalidField);
  EXPECT_EQ(TypeOf(foreign), std::nullopt);
  EXPECT_EQ(foreign.message(), "HTTP status 400: https://ca.example/errors/7: odd");
}

TEST(RefusalTest, ServersTextIsCleanedAndBounded) {
  const absl::Status status = Refusal(403, Problem("unauthorized", R"(a\nb\u0007c\u00e9)"));
  EXPECT_EQ(status.message(), "HTTP status 403: unauthorized: a?b?c??");
  const absl::Status long_one = Refusal(403, Problem("unauthorized", std::string(5000, 'x')));
  EXPECT_LT(long_one.message().size(), 400u);
  EXPECT_EQ(CleanText("abc", 3), "abc");
  EXPECT_EQ(CleanText("abcd", 3), "abc...");
}

TEST(RefusalTest, InstanceAndSubproblemAreTold) {
  EXPECT_EQ(Refusal(403, R"({"type":"urn:ietf:params:acme:error:userActionRequired","detail":"agree",)"
                         R"("instance":"https://ca.example/terms"})")
                .message(),
            "HTTP status 403: userActionRequired: agree; see https://ca.example/terms");
  EXPECT_EQ(Refusal(400, R"({"type":"urn:ietf:params:acme:error:compound","detail":"two",)"
                         R"("subproblems":[{"type":"x","detail":"first"},{"detail":"second"}]})")
                .message(),
            "HTTP status 400: compound: two (first)");
}

TEST(RefusalTest, TimeToWaitComesWithIt) {
  EXPECT_EQ(RetryAfterOf(Refusal(429, "", "90")), absl::Seconds(90));
  EXPECT_EQ(RetryAfterOf(Refusal(403, Problem("rateLimited"), "5")), absl::Seconds(5));
  EXPECT_EQ(RetryAfterOf(Refusal(503, "", "soon")), std::nullopt);
}

TEST(RefusalTest, FailedObjectSaysWhy) {
  EXPECT_EQ(FailureOf("the order is invalid", Problem("unauthorized", "expired")).message(),
            "the order is invalid: unauthorized: expired");
  EXPECT_EQ(ReasonOf(FailureOf("x", "")), Reason::kPermissionDenied);
  EXPECT_EQ(ReasonOf(FailureOf("x", Problem("serverInternal"))), Reason::kUnavailable);
}

TEST(RetryAfterHeaderTest, IsSecondsOrADate) {
  EXPECT_EQ(ParseRetryAfter("0", kNow), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter(" 120 ", kNow), absl::Seconds(120));
  EXPECT_EQ(ParseRetryAfter("99999999999999999999", kNow), absl::Hours(168));
  const absl::Time date = absl::FromUnixSeconds(1'784'800'060);
  const std::string text = absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", date, absl::UTCTimeZone());
  EXPECT_EQ(ParseRetryAfter(text, kNow), absl::Seconds(60));
  EXPECT_EQ(ParseRetryAfter(text, date + absl::Hours(1)), absl::ZeroDuration());
  for (const char* other : {"", "-1", "1.5", "soon", "infinite-future", "infinite-past"}) {
    EXPECT_EQ(ParseRetryAfter(other, kNow), std::nullopt) << other;
  }
}

TEST(LinkHeaderTest, TargetsAreFoundByRelation) {
  const std::vector<std::string> fields = {
      R"(<https://a.test/1>; rel="alternate", <https://a.test/2,x>;title="a, b; c";rel=alternate)",
      R"(<https://a.test/index>;rel="index")", R"(<https://a.test/3>;rel="up ALTERNATE")"};
  EXPECT_EQ(LinksWith(fields, "alternate"),
            (std::vector<std::string>{"https://a.test/1", "https://a.test/2,x", "https://a.test/3"}));
  for (const char* broken :
       {"", ",", "<", "<>", "<http://a.test>;rel=alternate", "https://a.test;rel=alternate",
        "<https://a.test", "<https://a.test>;title=\"rel=alternate"}) {
    EXPECT_TRUE(LinksWith({broken}, "alternate").empty()) << broken;
  }
}

TEST(ObjectReaderTest, ObjectsThatCannotBeAreRefusedByMember) {
  const auto field = [](absl::string_view body) { return std::string(ReadOrder(body).status().message()); };
  EXPECT_EQ(field("7"), "the order of the server is no JSON object");
  EXPECT_EQ(field("{}"), "\"status\" of the server's order is missing or no text");
  EXPECT_EQ(field(R"({"status":"done","finalize":"x","authorizations":["y"]})"),
            "\"status\" of the server's order has an unknown value");
  EXPECT_EQ(field(R"({"status":"ready","authorizations":["y"]})"),
            "\"finalize\" of the server's order is missing or no text");
  for (const char* list : {"[]", R"(["a","b"])", "[1]", "7"}) {
    EXPECT_EQ(field(absl::StrCat(R"({"status":"ready","finalize":"x","authorizations":)", list, "}")),
              "\"authorizations\" of the server's order does not have one URL");
  }
  EXPECT_EQ(field(R"({"status":"valid","finalize":"x","authorizations":["y"]})"),
            "\"certificate\" of the server's order is missing");
  EXPECT_EQ(ReadAuthorization(R"({"status":"pending","challenges":7})").status().message(),
            "\"challenges\" of the server's authorization is no list of challenges");
  EXPECT_EQ(ReadAccountStatus(R"({"status":"happy"})").status().message(),
            "\"status\" of the server's account has an unknown value");
}

TEST(ObjectReaderTest, ChallengeForTokensIsFoundAmongOthers) {
  const auto view =
      ReadAuthorization(R"({"status":"pending","challenges":[{"type":"dns-01","url":"a","status":"pending"},)"
                        R"({"type":"tkauth-01","tkauth-type":"other","url":"b","status":"pending"},)"
                        R"({"type":"TKAUTH-01","tkauth-type":"ATC","url":"c","status":"pending"}]})");
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(view->challenge.url, "c");
}

}  // namespace
}  // namespace sti::acme
