#include "common/status/form.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::status {
namespace {

// As Python's urllib.parse.urlencode writes them.
TEST(FormTest, FieldsAreDecoded) {
  const auto fields = ParseForm("a=1+2&b=%3Cb%3E%26%3D&empty=&text=x%0D%0Ay%0Dz&c=J%C3%BCrgen");
  ASSERT_TRUE(fields.ok()) << fields.status();
  EXPECT_EQ(fields->at("a"), "1 2");
  EXPECT_EQ(fields->at("b"), "<b>&=");
  EXPECT_EQ(fields->at("empty"), "");
  EXPECT_EQ(fields->at("text"), "x\ny\nz");
  EXPECT_EQ(fields->at("c"), "J\xc3\xbcrgen");
  EXPECT_EQ(fields->size(), 5);
}

TEST(FormTest, BrokenAndExcessiveFormsAreRefused) {
  for (const char* body : {"a=%", "a=%4", "a=%zz", "a=1&a=2"}) {
    EXPECT_EQ(ReasonOf(ParseForm(body).status()), Reason::kInvalidField) << body;
  }
  EXPECT_TRUE(ParseForm(absl::StrCat("a=", std::string(kFormBody - 2, 'x'))).ok());
  EXPECT_EQ(ReasonOf(ParseForm(absl::StrCat("a=", std::string(kFormBody - 1, 'x'))).status()),
            Reason::kTooLarge);
  std::string body;
  for (size_t i = 0; i < kFormFields; ++i) absl::StrAppend(&body, "f", i, "=&");
  EXPECT_TRUE(ParseForm(body).ok());
  EXPECT_EQ(ReasonOf(ParseForm(body + "more=1").status()), Reason::kTooLarge);
}

http::HttpRequest Sent() {
  http::HttpRequest request;
  request.method = "POST";
  request.headers = {{"host", "vs.example:8443"},
                     {"origin", "https://vs.example:8443"},
                     {"sec-fetch-site", "same-origin"},
                     {"content-type", "application/x-www-form-urlencoded; charset=utf-8"}};
  return request;
}

http::HttpRequest With(const std::string& name, const std::string& value) {
  http::HttpRequest request = Sent();
  for (auto& [header, old] : request.headers) {
    if (header == name) old = value;
  }
  return request;
}

TEST(SameOriginTest, OurOwnFormPasses) {
  EXPECT_TRUE(CheckSameOrigin(Sent()).ok());
  EXPECT_TRUE(CheckSameOrigin(With("sec-fetch-site", "")).ok());  // an older browser
}

TEST(SameOriginTest, OtherSitesFormsAreRefused) {
  for (const char* origin : {"", "null", "https://evil.example", "http://vs.example:8443",
                             "https://vs.example", "https://vs.example:8443.evil.example", "https://"}) {
    EXPECT_EQ(ReasonOf(CheckSameOrigin(With("origin", origin))), Reason::kPermissionDenied) << origin;
  }
  for (const char* site : {"cross-site", "same-site", "none"}) {
    EXPECT_EQ(ReasonOf(CheckSameOrigin(With("sec-fetch-site", site))), Reason::kPermissionDenied) << site;
  }
  EXPECT_EQ(ReasonOf(CheckSameOrigin(With("host", ""))), Reason::kPermissionDenied);
}

// What fetch() sends without asking first is limited to three types; two are none of a form's.
TEST(SameOriginTest, OtherTypesAreRefused) {
  for (const char* type : {"text/plain", "multipart/form-data; boundary=x", "application/json", ""}) {
    EXPECT_EQ(ReasonOf(CheckSameOrigin(With("content-type", type))), Reason::kInvalidField) << type;
  }
}

}  // namespace
}  // namespace sti::status
