#include "common/stir/rcd_integrity.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"

namespace sti::stir {
namespace {

// RFC 9795 s5 and s6.
constexpr char kCard[] = R"(["vcard",[["version",{},"text","4.0"],["fn",{},"text","Q Branch"],)"
                         R"(["org",{},"text","MI6;Q Branch Spy Gadgets"],)"
                         R"(["photo",{},"uri","https://example.com/photos/quartermaster-256x256.png"],)"
                         R"(["logo",{},"uri","https://example.com/logos/mi6-256x256.jpg"],)"
                         R"(["logo",{},"uri","https://example.com/logos/mi6-64x64.jpg"]]])";
constexpr char kCardDigest[] = "sha256-7kdCBZqH0nqMSPsmABvsKlHPhZEStgjojhdSJGRr3rk";
constexpr char kName[] = "Q Branch Spy Gadgets";
constexpr char kNameDigest[] = "sha256-sM275lTgzCte+LHOKHtU4SxG8shlOo6OS4ot8IJQImY";
constexpr char kPhotoDigest[] = "sha256-RojgWwU6xUtI4q82+kHPyHm1JKbm7+663bMvzymhkl4";

codec::JsonValue Json(absl::string_view text) { return codec::ParseJson(text, limits::kJson).value(); }

RichCallData Data(absl::string_view rcd, std::vector<std::pair<std::string, std::string>> digests = {}) {
  RichCallData data;
  data.rcd = Json(rcd);
  data.digests = std::move(digests);
  return data;
}

std::string Text(RcdIntegrity integrity) {
  switch (integrity) {
    case RcdIntegrity::kVerified:
      return "verified";
    case RcdIntegrity::kFailed:
      return "failed";
    case RcdIntegrity::kSigned:
      return "signed";
    case RcdIntegrity::kToFetch:
      return "to fetch";
    case RcdIntegrity::kUnprotected:
      return "unprotected";
  }
  return "";
}

// "/nam signed, /icn to fetch"
std::string Judged(const RichCallData& data) {
  std::string out;
  for (const RcdItem& item : JudgeRcdIntegrity(data)) {
    absl::StrAppend(&out, out.empty() ? "" : ", ", item.pointer, " ", Text(item.integrity));
  }
  return out;
}

std::string Completed(RichCallData data) {
  const absl::Status status = CompleteRcdDigests(data);
  if (!status.ok()) return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  std::string out;
  for (const auto& [pointer, digest] : data.digests) absl::StrAppend(&out, pointer, "=", digest, " ");
  return out;
}

TEST(RcdDigest, PublishedDigestsAreMade) {
  EXPECT_EQ(RcdDigestOfValue(RcdDigestAlgorithm::kSha256, Json(kCard)), kCardDigest);
  EXPECT_EQ(RcdDigestOfValue(RcdDigestAlgorithm::kSha256, Json(R"(["vcard",[["version",{},"text","4.0"],
      ["fn",{},"text","Q Branch"],["org",{},"text","MI6;Q Branch Spy Gadgets"],
      ["photo",{},"uri","https://example.com/photos/q-256x256.png"],
      ["logo",{},"uri","https://example.com/logos/mi6-256x256.jpg"],
      ["logo",{},"uri","https://example.com/logos/mi6-64x64.jpg"]]])")),
            "sha256-qCn4pEH6BJu7zXndLFuAP6DwlTv5fRmJ1AFkqftwnCs");
}

TEST(RcdDigest, TheQuotesOfAStringCount) {
  EXPECT_EQ(RcdDigestOfValue(RcdDigestAlgorithm::kSha256, kName), kNameDigest);
  EXPECT_EQ(RcdDigest(RcdDigestAlgorithm::kSha256, kName),
            "sha256-tbh37rWCJ/BF9cuhFJFpJTWb8sVRb0L2F6iGDVZSBLo");
}

// openssl dgst -binary | base64, for "abc".
TEST(RcdDigest, AllThreeAlgorithmsAreMadeAndRecognized) {
  const std::pair<RcdDigestAlgorithm, std::string> kDigests[] = {
      {RcdDigestAlgorithm::kSha256, "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0"},
      {RcdDigestAlgorithm::kSha384,
       "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn"},
      {RcdDigestAlgorithm::kSha512,
       "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw"},
  };
  for (const auto& [algorithm, text] : kDigests) {
    EXPECT_EQ(RcdDigest(algorithm, "abc"), text);
    EXPECT_TRUE(RcdDigestMatches(text, "abc"));
    EXPECT_FALSE(RcdDigestMatches(text, "abd"));
  }
  EXPECT_TRUE(RcdDigestMatches("sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", "abc"));
  EXPECT_TRUE(RcdDigestMatches("sha256-ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", "abc"));
  for (const char* bad : {"", "sha256-", "sha256", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0",
                          "SHA256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0",
                          "sha-256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0",
                          "sha384-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0",
                          "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa",
                          "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0 "}) {
    EXPECT_FALSE(RcdDigestMatches(bad, "abc")) << bad;
  }
}

// The examples of RFC 6901 s5.
TEST(ResolvePointer, LeadsWhereRfc6901Says) {
  const codec::JsonValue root = Json(
      R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8,"~1":9})");
  const std::pair<const char*, const char*> kTargets[] = {{"/foo", R"(["bar","baz"])"},
                                                          {"/foo/0", R"("bar")"},
                                                          {"/", "0"},
                                                          {"/a~1b", "1"},
                                                          {"/c%d", "2"},
                                                          {"/e^f", "3"},
                                                          {"/g|h", "4"},
                                                          {"/i\\j", "5"},
                                                          {"/k\"l", "6"},
                                                          {"/ ", "7"},
                                                          {"/m~0n", "8"},
                                                          {"/~01", "9"}};
  EXPECT_EQ(ResolvePointer(root, ""), &root);
  for (const auto& [pointer, target] : kTargets) {
    const codec::JsonValue* found = ResolvePointer(root, pointer);
    ASSERT_NE(found, nullptr) << pointer;
    EXPECT_EQ(codec::CanonicalJson(*found), target) << pointer;
  }
  for (const char* nowhere :
       {"foo", "/bar", "/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/+1", "/foo/-1", "/foo/1 ", "/foo/x",
        "/foo/", "/foo/0/0", "/a~b", "/m~n", "/foo~", "/foo/99999999999999999999", "//"}) {
    EXPECT_EQ(ResolvePointer(root, nowhere), nullptr) << nowhere;
  }
}

TEST(RcdIntegrity, ContentInTheTokenIsCompared) {
  const char kRcd[] = R"({"apn":"12155550100","nam":"Q Branch Spy Gadgets"})";
  EXPECT_EQ(Judged(Data(kRcd)), "/apn signed, /nam signed");
  EXPECT_EQ(Judged(Data(kRcd, {{"/nam", kNameDigest}})), "/apn signed, /nam verified");
  EXPECT_EQ(Judged(Data(kRcd, {{"/apn", kNameDigest}})), "/apn failed, /nam signed");
  // Without the quotes: what a hasty signer does.
  EXPECT_EQ(Judged(Data(kRcd, {{"/nam", RcdDigest(RcdDigestAlgorithm::kSha256, kName)}})),
            "/apn signed, /nam failed");
}

TEST(RcdIntegrity, ContentBehindAUrlIsLeftToWhoShowsIt) {
  const char kRcd[] = R"({"icn":"https://a.example/q.png","jcl":"HTTPS://a.example/j","nam":""})";
  EXPECT_EQ(Judged(Data(kRcd)), "/icn unprotected, /jcl unprotected, /nam signed");
  EXPECT_EQ(Judged(Data(kRcd, {{"/icn", kPhotoDigest}, {"/jcl", "sha256-YWJj"}})),
            "/icn to fetch, /jcl failed, /nam signed");
}

TEST(RcdIntegrity, ADataUrlIsContentInTheToken) {
  const char kRcd[] = R"({"icn":"data:image/png;base64,AAAA","nam":""})";
  EXPECT_EQ(Judged(Data(kRcd)), "/icn signed, /nam signed");
  const std::string digest = RcdDigestOfValue(RcdDigestAlgorithm::kSha256, "data:image/png;base64,AAAA");
  EXPECT_EQ(Judged(Data(kRcd, {{"/icn", digest}})), "/icn verified, /nam signed");
}

TEST(RcdIntegrity, EveryUrlOfACardIsARow) {
  const std::string rcd = absl::StrCat(R"({"jcd":)", kCard, R"(,"nam":""})");
  EXPECT_EQ(Judged(Data(rcd)),
            "/jcd signed, /jcd/1/3/3 unprotected, /jcd/1/4/3 unprotected, /jcd/1/5/3 unprotected, "
            "/nam signed");
  EXPECT_EQ(Judged(Data(rcd, {{"/jcd", kCardDigest},
                              {"/jcd/1/3/3", kPhotoDigest},
                              {"/jcd/1/4/3", kPhotoDigest},
                              {"/jcd/1/5/3", kPhotoDigest}})),
            "/jcd verified, /jcd/1/3/3 to fetch, /jcd/1/4/3 to fetch, /jcd/1/5/3 to fetch, /nam signed");
}

TEST(RcdIntegrity, UrisWithoutContentAndTextAreNoRows) {
  EXPECT_EQ(
      Judged(Data(R"({"jcd":["vcard",[["tel",{},"uri","tel:+12155550100"],["url",{},"text","https://a"],)"
                  R"(["photo",{},"uri",7]]],"nam":""})")),
      "/jcd signed, /nam signed");
}

TEST(RcdIntegrity, DigestsOfOtherPartsAndOfNothingAreRows) {
  const char kRcd[] = R"({"jcd":["vcard",[["fn",{},"text","Q Branch Spy Gadgets"]]],"nam":""})";
  EXPECT_EQ(
      Judged(Data(kRcd, {{"/jcd/1/0/3", kNameDigest}, {"/jcd/1/9", kNameDigest}, {"/icn", kPhotoDigest}})),
      "/jcd signed, /nam signed, /jcd/1/0/3 verified, /jcd/1/9 failed, /icn failed");
  RichCallData without_rcd;
  without_rcd.digests = {{"/nam", kNameDigest}};
  EXPECT_EQ(Judged(without_rcd), "/nam failed");
  EXPECT_EQ(Judged(RichCallData{}), "");
}

TEST(CompleteRcdDigests, AddsWhatCanBeComputed) {
  EXPECT_EQ(Completed(Data(R"({"nam":"Q Branch Spy Gadgets"})")), absl::StrCat("/nam=", kNameDigest, " "));
  EXPECT_EQ(Completed(Data(
                absl::StrCat(R"({"apn":"1","jcd":)", kCard, R"(,"nam":"Q Branch Spy Gadgets"})"),
                {{"/jcd/1/3/3", kPhotoDigest}, {"/jcd/1/4/3", kPhotoDigest}, {"/jcd/1/5/3", kPhotoDigest}})),
            absl::StrCat("/apn=", RcdDigestOfValue(RcdDigestAlgorithm::kSha256, "1"), " /jcd=", kCardDigest,
                         " /jcd/1/3/3=", kPhotoDigest, " /jcd/1/4/3=", kPhotoDigest,
                         " /jcd/1/5/3=", kPhotoDigest, " /nam=", kNameDigest, " "));
  EXPECT_EQ(Completed(RichCallData{}), "");
}

TEST(CompleteRcdDigests, WhatIsGivenIsKeptIfItFits) {
  const std::string sha512 = RcdDigestOfValue(RcdDigestAlgorithm::kSha512, kName);
  EXPECT_EQ(Completed(Data(R"({"nam":"Q Branch Spy Gadgets"})", {{"/nam", sha512}})),
            absl::StrCat("/nam=", sha512, " "));
  EXPECT_EQ(Completed(Data(R"({"nam":"Q"})", {{"/nam", kNameDigest}})), "INVALID_FIELD /nam");
  EXPECT_EQ(Completed(Data(R"({"nam":"Q"})", {{"/icn", kPhotoDigest}})), "INVALID_FIELD /icn");
  EXPECT_EQ(Completed(Data(R"({"icn":"https://a.example/q","nam":"Q"})", {{"/icn", "sha256-YWJj"}})),
            "INVALID_FIELD /icn");
}

TEST(CompleteRcdDigests, ContentBehindAUrlNeedsADigest) {
  EXPECT_EQ(Completed(Data(R"({"icn":"https://a.example/q","nam":"Q"})")), "MISSING_FIELD /icn");
  EXPECT_EQ(Completed(Data(R"({"jcl":"https://a.example/q","nam":"Q"})")), "MISSING_FIELD /jcl");
  EXPECT_EQ(Completed(Data(absl::StrCat(R"({"jcd":)", kCard, R"(,"nam":""})"))), "MISSING_FIELD /jcd/1/3/3");
}

TEST(CompleteRcdDigests, TheNumberOfDigestsIsBounded) {
  RichCallData data = Data(R"({"nam":"Q","x":[]})");
  codec::JsonArray entries(limits::kRcdDigests, codec::JsonValue("x"));
  data.rcd = codec::JsonObject{{"nam", "Q"}, {"x", entries}};
  for (size_t i = 0; i + 1 < limits::kRcdDigests; ++i) {
    data.digests.emplace_back(absl::StrCat("/x/", i), RcdDigestOfValue(RcdDigestAlgorithm::kSha256, "x"));
  }
  RichCallData more = data;
  EXPECT_TRUE(CompleteRcdDigests(data).ok());
  EXPECT_EQ(data.digests.size(), limits::kRcdDigests);
  more.digests.emplace_back("/x", RcdDigestOfValue(RcdDigestAlgorithm::kSha256, entries));
  const auto before = more.digests;
  EXPECT_EQ(ReasonOf(CompleteRcdDigests(more)), Reason::kTooLarge);
  EXPECT_EQ(more.digests, before);
}

}  // namespace
}  // namespace sti::stir
