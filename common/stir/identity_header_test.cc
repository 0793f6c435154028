#include "common/stir/identity_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"

namespace sti::stir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr char kToken[] = "eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2ln-_";
constexpr char kUrl[] = "https://cr.example.net/1234.pem";

Reason ReasonFor(absl::string_view value) { return ReasonOf(IdentityHeader::Parse(value).status()); }
std::string WithToken(absl::string_view parameters) { return absl::StrCat(kToken, parameters); }

TEST(IdentityHeader, PartsOfTheUsualForm) {
  const auto header =
      IdentityHeader::Parse(WithToken(";info=<https://cr.example.net/1234.pem>;alg=ES256;ppt=shaken"));
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->token, kToken);
  EXPECT_EQ(header->info, kUrl);
  EXPECT_EQ(header->alg, "ES256");
  EXPECT_EQ(header->ppt, "shaken");
  EXPECT_THAT(header->other, IsEmpty());
}

TEST(IdentityHeader, LiberalNotationsMeanTheSame) {
  const std::string info = absl::StrCat("info=<", kUrl, ">");
  for (const std::string& value : {
           absl::StrCat("Identity: ", kToken, ";", info, ";alg=ES256;ppt=shaken"),
           absl::StrCat("IDENTITY :", kToken, ";", info, ";alg=ES256;ppt=shaken"),
           absl::StrCat("y:", kToken, ";", info, ";alg=ES256;ppt=shaken"),
           absl::StrCat("Y : ", kToken, ";", info, ";alg=ES256;ppt=shaken"),
           WithToken(absl::StrCat(";ppt=shaken;alg=ES256;", info)),
           WithToken(absl::StrCat(" ; PPT = \"shaken\" ; ALG = \"ES256\" ; Info = <", kUrl, ">")),
           WithToken(absl::StrCat(";\r\n ", info, ";\n\talg=ES256;\r\n\tppt=shaken\r\n")),
           absl::StrCat("Identity:\r\n ", kToken, "\r\n ;", info, ";alg=ES256;ppt=shaken"),
       }) {
    const auto header = IdentityHeader::Parse(value);
    ASSERT_TRUE(header.ok()) << value << header.status();
    EXPECT_EQ(header->token, kToken);
    EXPECT_EQ(header->info, kUrl);
    EXPECT_EQ(header->alg, "ES256");
    EXPECT_EQ(header->ppt, "shaken");
  }
}

TEST(IdentityHeader, AbsentAndEmptyAreNotTheSame) {
  const auto bare = IdentityHeader::Parse(kToken);
  ASSERT_TRUE(bare.ok());
  EXPECT_FALSE(bare->info.has_value());
  EXPECT_FALSE(bare->alg.has_value());
  EXPECT_FALSE(bare->ppt.has_value());
  const auto empty = IdentityHeader::Parse(WithToken(";info=<>;ppt=\"\""));
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(empty->info, "");
  EXPECT_EQ(empty->ppt, "");
}

TEST(IdentityHeader, GenericParametersAreKept) {
  const auto header =
      IdentityHeader::Parse(WithToken(";a;b=c;host=[2001:db8::1]:5060;q=\"x;\\\"y\\\" <z>\""));
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_THAT(header->other, ElementsAre(Pair("a", ""), Pair("b", "c"), Pair("host", "[2001:db8::1]:5060"),
                                         Pair("q", "x;\"y\" <z>")));
}

TEST(IdentityHeader, InfoMayHoldDelimiters) {
  const auto header = IdentityHeader::Parse(WithToken(";info=<https://a.example/x;alg=none,y>;ppt=shaken"));
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->info, "https://a.example/x;alg=none,y");
  EXPECT_FALSE(header->alg.has_value());
}

// Row E7, not a header that nobody can read.
TEST(IdentityHeader, AnInfoThatIsNoBracketedUrlIsAnInvalidInfo) {
  for (const char* parameter :
       {";info", ";info=", ";info=https://cr.example.net/1.pem", ";info=\"https://cr.example.net/1.pem\""}) {
    EXPECT_EQ(ReasonOf(IdentityHeader::Parse(WithToken(parameter)).status()), Reason::kInfoInvalid)
        << parameter;
  }
}

TEST(IdentityHeader, MalformedValuesAreRefused) {
  for (const std::string& value : {
           std::string(),
           std::string(" "),
           std::string("Identity:"),
           std::string(";info=<x>"),
           WithToken(" x"),
           WithToken("=;info=<x>"),
           WithToken("/+;info=<x>"),
           WithToken(";"),
           WithToken(";;ppt=shaken"),
           WithToken(";=x"),
           WithToken(";info=<x"),
           WithToken(";info=<x<y>"),
           WithToken(";info=<x\r\n y>"),
           WithToken(";info=<x>y"),
           WithToken(";info=<x>;info=<x>"),
           WithToken(";info=<x>;INFO=<x>"),
           WithToken(";alg"),
           WithToken(";alg="),
           WithToken(";alg=ES256;alg=ES256"),
           WithToken(";ppt"),
           WithToken(";ppt=shaken;ppt=div"),
           WithToken(";ppt=\"shaken"),
           WithToken(";ppt=\"shaken\\"),
           WithToken(";ppt=\"sha\r\n ken\""),
           WithToken(";a=<b>"),
           WithToken(";info=<x>\r\nX-Injected: 1"),
           WithToken(";info=<x>\nX-Injected: 1"),
           WithToken(";info=<x>\r;ppt=shaken"),
           WithToken(",eyJ.b.c"),
           WithToken(";info=<x>,eyJ.b.c;info=<x>"),
           std::string("From: abc;info=<x>"),
           std::string("\xc3\xa4;info=<x>"),
           std::string("a\0b;info=<x>", 12),
       }) {
    EXPECT_EQ(ReasonFor(value), Reason::kIdentityMalformed) << value;
  }
}

TEST(IdentityHeader, WhiteSpaceInsideTheTokenIsRefused) {
  EXPECT_EQ(ReasonFor("eyJ. b.c;info=<x>"), Reason::kIdentityMalformed);
  EXPECT_EQ(ReasonFor("eyJ.b\r\n .c;info=<x>"), Reason::kIdentityMalformed);
}

TEST(IdentityHeader, SizeIsBounded) {
  const std::string padding(limits::kIdentityHeader - WithToken(";x=").size(), 'a');
  EXPECT_EQ(ReasonFor(WithToken(";x=" + padding)), Reason::kNone);
  EXPECT_EQ(ReasonFor(WithToken(";x=" + padding + "a")), Reason::kIdentityTooLarge);
}

TEST(IdentityHeader, WhatIsPrintedIsReadBack) {
  for (const char* ppt : {"shaken", "div", ""}) {
    const std::string text = FormatIdentityHeader(kToken, kUrl, ppt);
    const auto header = IdentityHeader::Parse(text);
    ASSERT_TRUE(header.ok()) << text;
    EXPECT_EQ(header->token, kToken);
    EXPECT_EQ(header->info, kUrl);
    EXPECT_EQ(header->ppt.value_or(""), ppt);
    EXPECT_EQ(FormatIdentityHeader(header->token, *header->info, header->ppt.value_or("")), text);
  }
}

TEST(IdentityHeader, FormatIsThatOfTheStandard) {
  EXPECT_EQ(FormatIdentityHeader("a.b.c", "https://x/y", "shaken"),
            "a.b.c;info=<https://x/y>;alg=ES256;ppt=shaken");
}

TEST(SplitIdentityValues, CommasCountOnlyOutsideOfBracketsAndQuotes) {
  EXPECT_THAT(SplitIdentityValues("a.b.c;info=<https://x/,y>;q=\",\\\",\" , d.e.f;info=<z>"),
              ElementsAre("a.b.c;info=<https://x/,y>;q=\",\\\",\"", "d.e.f;info=<z>"));
  EXPECT_THAT(SplitIdentityValues("a.b.c"), ElementsAre("a.b.c"));
  EXPECT_THAT(SplitIdentityValues(" , ,"), IsEmpty());
  EXPECT_THAT(SplitIdentityValues(""), IsEmpty());
  EXPECT_THAT(SplitIdentityValues("a;q=\"x,y"), ElementsAre("a;q=\"x,y"));
  EXPECT_THAT(SplitIdentityValues("a;q=\"x\\"), ElementsAre("a;q=\"x\\"));
}

}  // namespace
}  // namespace sti::stir
