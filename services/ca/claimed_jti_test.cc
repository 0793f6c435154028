#include "services/ca/claimed_jti.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sti::ca {
namespace {

std::string JtiOf(absl::string_view payload) {
  return ClaimedJti(absl::StrCat("e30.", absl::WebSafeBase64Escape(payload), ".AA"));
}

TEST(ClaimedJtiTest, IsReadWithoutAnySignature) { EXPECT_EQ(JtiOf(R"({"jti":"jti-1"})"), "jti-1"); }

TEST(ClaimedJtiTest, WhatAStrangerChoseIsEscapedAndCutOff) {
  EXPECT_EQ(JtiOf(R"({"jti":"a\"\u0000\nb"})"), R"(a\"\000\nb)");
  EXPECT_EQ(JtiOf("{\"jti\":\"\xc3\xa4\"}"), R"(\303\244)");
  EXPECT_EQ(JtiOf(absl::StrCat("{\"jti\":\"", std::string(256, 'x'), "\"}")), std::string(256, 'x'));
  EXPECT_EQ(JtiOf(absl::StrCat("{\"jti\":\"", std::string(257, 'x'), "\"}")), std::string(256, 'x'));
}

TEST(ClaimedJtiTest, NothingReadableIsEmpty) {
  for (const char* payload : {R"({"jti":7})", "{}", "[]", "no JSON", ""}) {
    EXPECT_EQ(JtiOf(payload), "") << payload;
  }
  EXPECT_EQ(ClaimedJti(""), "");
  EXPECT_EQ(ClaimedJti("no token"), "");
  EXPECT_EQ(ClaimedJti("e30.!.AA"), "");
}

}  // namespace
}  // namespace sti::ca
