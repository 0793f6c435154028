#include "common/http/message.h"

#include <gtest/gtest.h>

#include <string>

#include "common/base/reason.h"

namespace sti::http {
namespace {

absl::Status CheckHeader(std::string name, std::string value) {
  HttpResponse response;
  response.headers = {{std::move(name), std::move(value)}};
  return CheckResponse(response);
}

TEST(HttpRequest, HeaderGivesTheFirstValueOrNothing) {
  HttpRequest request;
  request.headers = {{"accept", "a"}, {"accept", "b"}};
  EXPECT_EQ(request.Header("accept"), "a");
  EXPECT_EQ(request.Header("cookie"), "");
}

TEST(CheckResponse, OrdinaryAnswerPasses) {
  EXPECT_TRUE(CheckResponse(HttpResponse()).ok());
  EXPECT_TRUE(CheckHeader("Content-Type", "application/pem-certificate-chain").ok());
  EXPECT_TRUE(CheckHeader("X", "").ok());
  EXPECT_TRUE(CheckHeader("X", "tab\tand obs-text \xe4").ok());
}

TEST(CheckResponse, HeaderCannotBeSmuggledIn) {
  for (const char* value : {"a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\x01", "a\x7f"}) {
    EXPECT_EQ(ReasonOf(CheckHeader("X", value)), Reason::kInternal) << value;
  }
  EXPECT_FALSE(CheckHeader("X", std::string("a\0b", 3)).ok());
  for (const char* name : {"", "A B", "A:", "A\r\nB", "A\x7f", "\xe4"}) {
    EXPECT_EQ(ReasonOf(CheckHeader(name, "x")), Reason::kInternal) << name;
  }
}

TEST(CheckResponse, FramingIsTheServers) {
  for (const char* name :
       {"Content-Length", "content-length", "Transfer-Encoding", "Connection", "Date", "Upgrade"}) {
    EXPECT_FALSE(CheckHeader(name, "1").ok()) << name;
  }
}

TEST(CheckResponse, HugeHeaderIsRefused) {
  EXPECT_TRUE(CheckHeader("X", std::string(16 * 1024, 'x')).ok());
  EXPECT_FALSE(CheckHeader("X", std::string(16 * 1024 + 1, 'x')).ok());
  EXPECT_FALSE(CheckHeader(std::string(16 * 1024 + 1, 'x'), "x").ok());
}

TEST(CheckResponse, StatusLiesBetween200And599) {
  for (const auto& [status, ok] :
       {std::pair{199, false}, {200, true}, {599, true}, {600, false}, {0, false}}) {
    HttpResponse response;
    response.status = status;
    EXPECT_EQ(CheckResponse(response).ok(), ok) << status;
  }
}

TEST(MediaTypeOfTest, ParametersAndSpaceAreDropped) {
  EXPECT_EQ(MediaTypeOf("application/json"), "application/json");
  EXPECT_EQ(MediaTypeOf(" Application/JSON ;charset=utf-8;a=b"), "Application/JSON");
  EXPECT_EQ(MediaTypeOf(""), "");
  EXPECT_EQ(MediaTypeOf(";x"), "");
}

}  // namespace
}  // namespace sti::http
