#include "common/rest/members.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::rest {
namespace {

std::string Failure(const absl::Status& status) {
  return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
}
codec::JsonObject Object(const std::string& members) {
  return ParseBody(absl::StrCat(R"({"request":{)", members, "}}"), "request").value();
}
std::string PartyOf(const std::string& value, RestForm form) {
  const auto party = PartyFrom(Object(R"("orig":)" + value), "orig", form);
  return party.ok() ? party->text() : Failure(party.status());
}

TEST(RestMembersTest, BodyHoldsTheObject) {
  const auto failure = [](const char* body) { return Failure(ParseBody(body, "request").status()); };
  EXPECT_EQ(failure(R"({"request":{},"more":1})"), "NONE ");
  EXPECT_EQ(failure("{"), "MALFORMED_JSON ");
  EXPECT_EQ(failure("[]"), "MALFORMED_JSON ");
  EXPECT_EQ(failure(R"({"request":{},"request":{}})"), "MALFORMED_JSON ");
  EXPECT_EQ(failure("{}"), "MISSING_FIELD request");
  EXPECT_EQ(failure(R"({"request":[]})"), "INVALID_FIELD request");
}

TEST(RestMembersTest, SecondsAreAnInteger) {
  const auto seconds = [](const std::string& value) {
    const auto read = SecondsFrom(Object(R"("iat":)" + value), "iat");
    return read.ok() ? absl::StrCat(*read) : Failure(read.status());
  };
  EXPECT_EQ(seconds("0"), "0");
  EXPECT_EQ(seconds("253402300799"), "253402300799");
  for (const char* bad : {"-1", "253402300800", "1.0", "\"1\"", "null", "[1]", "1e3"}) {
    EXPECT_EQ(seconds(bad), "INVALID_FIELD iat") << bad;
  }
  EXPECT_EQ(Failure(SecondsFrom(Object(""), "iat").status()), "MISSING_FIELD iat");
}

TEST(RestMembersTest, NumbersAreCanonicalAndMayHaveAPlus) {
  EXPECT_EQ(PartyOf(R"({"tn":"12155550121"})", RestForm::kAtis), "+12155550121");
  EXPECT_EQ(PartyOf(R"({"tn":"+12155550121"})", RestForm::kAtis), "+12155550121");
  EXPECT_EQ(PartyOf(R"({"tn":"*67"})", RestForm::kAtis), "*67");
  EXPECT_EQ(PartyOf(R"({"tn":"0911"})", RestForm::kAtis), "0911");
  for (const char* bad : {"", "++1", "1-215", "anonymous"}) {
    EXPECT_EQ(PartyOf(absl::StrCat(R"({"tn":")", bad, "\"}"), RestForm::kAtis),
              "TELEPHONE_NUMBER_INVALID orig.tn")
        << bad;
  }
  EXPECT_EQ(PartyOf(R"({"tn":["1"]})", RestForm::kAtis), "INVALID_FIELD orig.tn");
  EXPECT_EQ(PartyOf(R"({"tn":1})", RestForm::kGpp), "INVALID_FIELD orig.tn");
}

TEST(RestMembersTest, OnlyThe3gppFormHasUris) {
  constexpr char kUri[] = R"({"uri":"sip:alice@example.com"})";
  EXPECT_EQ(PartyOf(kUri, RestForm::kGpp), "sip:alice@example.com");
  EXPECT_EQ(PartyOf(kUri, RestForm::kAtis), "MISSING_FIELD orig.tn");
  EXPECT_EQ(PartyOf(R"({"tn":"1","uri":"sip:a@b"})", RestForm::kGpp), "INVALID_FIELD orig");
  EXPECT_EQ(PartyOf(R"({"uri":"alice"})", RestForm::kGpp), "INVALID_FIELD orig.uri");
  EXPECT_EQ(PartyOf(R"({"uri":7})", RestForm::kGpp), "INVALID_FIELD orig.uri");
  EXPECT_EQ(PartyOf("[]", RestForm::kGpp), "INVALID_FIELD orig");
  EXPECT_EQ(PartyOf("{}", RestForm::kGpp), "MISSING_FIELD orig.tn");
}

TEST(RestMembersTest, ListsAreBounded) {
  const auto read = [](const std::string& value) {
    const codec::JsonObject object = Object(R"("auth":)" + value);
    const auto strings = StringsFrom(*Find(object, "auth"), "auth", 2);
    return strings.ok() ? absl::StrCat(strings->size()) : Failure(strings.status());
  };
  EXPECT_EQ(read("[]"), "0");
  EXPECT_EQ(read(R"(["a","b"])"), "2");
  EXPECT_EQ(read(R"(["a","b","c"])"), "INVALID_FIELD auth");
  EXPECT_EQ(read(R"(["a",1])"), "INVALID_FIELD auth[1]");
  EXPECT_EQ(read(R"("a")"), "INVALID_FIELD auth");
}

}  // namespace
}  // namespace sti::rest
