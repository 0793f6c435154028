#include "common/rest/reply.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"
#include "common/testing/sequence_random.h"

namespace sti::rest {
namespace {

class ReplyTest : public ::testing::Test {
 protected:
  Reply Make(const std::string& request_id = "") {
    http::HttpRequest request;
    if (!request_id.empty()) request.headers.emplace_back("x-requestid", request_id);
    return {request,
            http::HttpAnswer([this](http::HttpResponse response) { answered_ = std::move(response); }),
            random_};
  }
  std::string Header(const std::string& name) const {
    for (const auto& [field, value] : answered_.headers) {
      if (field == name) return value;
    }
    return "";
  }
  // Status and Retry-After.
  std::pair<int, std::string> Refused(const absl::Status& status) {
    Make().Refuse(status);
    return {answered_.status, Header("Retry-After")};
  }

  const testing::SequenceRandom random_;
  http::HttpResponse answered_;
};

TEST_F(ReplyTest, CarriesTheRequestIdOfTheClientOrANewOne) {
  Make("call 7").Send("{}");
  EXPECT_EQ(answered_.status, 200);
  EXPECT_EQ(answered_.body, "{}");
  EXPECT_EQ(Header("Content-Type"), "application/json");
  EXPECT_EQ(Header("X-RequestID"), "call 7");
  Make(std::string(128, 'a')).Refuse(stir::MissingBody());
  EXPECT_EQ(Header("X-RequestID"), std::string(128, 'a'));
  for (const std::string& bad : {std::string(129, 'a'), std::string("a\tb"), std::string("\xc3\xbc")}) {
    Make(bad).Send("{}");
    EXPECT_EQ(Header("X-RequestID").size(), 36u);
  }
}

TEST_F(ReplyTest, RefusesInTheFormOfTheRequest) {
  Reply reply = Make();
  reply.Refuse(MakeError(Reason::kMissingField, "iat", ""));
  EXPECT_EQ(answered_.body, R"({"requestError":{"serviceException":{"messageId":"SVC4001","text":)"
                            R"("Error: Missing mandatory parameter '%1'","variables":["iat"]}}})");
  reply = Make();
  reply.set_form(RestForm::kGpp);
  reply.Refuse(MakeError(Reason::kMissingField, "iat", ""));
  EXPECT_EQ(answered_.body, R"({"error":"Missing mandatory parameter 'iat'"})");
}

TEST_F(ReplyTest, SaysWhatRfc9110WantsBesideAStatus) {
  Make().Refuse(MakeError(Reason::kUnauthenticated, ""));
  EXPECT_EQ(Header("WWW-Authenticate"), "Bearer");
  Make().Refuse(stir::MethodNotAllowed());
  EXPECT_EQ(Header("Allow"), "POST");
}

TEST_F(ReplyTest, SaysWhenToTryAgainInWholeSecondsRoundedUp) {
  using Pair = std::pair<int, std::string>;
  const absl::Status overloaded = MakeError(Reason::kOverloaded, "");
  EXPECT_EQ(Refused(overloaded), Pair(503, "1"));
  EXPECT_EQ(Refused(WithRetryAfter(overloaded, absl::Milliseconds(1))), Pair(503, "1"));
  EXPECT_EQ(Refused(WithRetryAfter(overloaded, absl::Milliseconds(1000))), Pair(503, "1"));
  EXPECT_EQ(Refused(WithRetryAfter(overloaded, absl::Milliseconds(1001))), Pair(503, "2"));
  EXPECT_EQ(Refused(MakeError(Reason::kNotReady, "")), Pair(503, ""));
  EXPECT_EQ(Refused(WithRetryAfter(MakeError(Reason::kInvalidField, "iat", ""), absl::Seconds(1))),
            Pair(400, ""));
}

}  // namespace
}  // namespace sti::rest
