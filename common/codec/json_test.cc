#include "common/codec/json.h"

#include <cstdint>
#include <limits>
#include <string>

#include "common/base/limits.h"
#include "common/base/reason.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::codec {
namespace {

using ::testing::HasSubstr;

JsonValue Parsed(absl::string_view text) {
  auto value = ParseJson(text, limits::kJson);
  EXPECT_TRUE(value.ok()) << text << ": " << value.status();
  return value.ok() ? *value : JsonValue();
}

std::string Canonical(absl::string_view text) { return CanonicalJson(Parsed(text)); }

void ExpectMalformed(absl::string_view text, const std::string& what = "") {
  const auto value = ParseJson(text, limits::kJson);
  EXPECT_EQ(ReasonOf(value.status()), Reason::kMalformedJson) << text;
  EXPECT_THAT(std::string(value.status().message()), HasSubstr(what)) << text;
}

std::string Repeat(absl::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out.append(text.data(), text.size());
  return out;
}

TEST(Json, TypesAreTold) {
  const JsonValue value = Parsed(R"([null, true, 7, 7.5, "s", [], {}])");
  const JsonArray& array = *value.if_array();
  ASSERT_EQ(array.size(), 7u);
  EXPECT_TRUE(array[0].is_null());
  EXPECT_TRUE(array[1].is_bool() && *array[1].if_bool());
  EXPECT_TRUE(array[2].is_int() && array[2].is_number() && *array[2].if_int() == 7);
  EXPECT_TRUE(!array[3].is_int() && array[3].is_number() && *array[3].if_double() == 7.5);
  EXPECT_TRUE(array[4].is_string() && *array[4].if_string() == "s");
  EXPECT_TRUE(array[5].is_array() && !array[5].is_object());
  EXPECT_TRUE(array[6].is_object() && !array[6].is_array());
  EXPECT_EQ(array[2].if_double(), nullptr);
  EXPECT_EQ(array[3].if_int(), nullptr);
}

TEST(Json, FindGivesMembersAndNullForWhatIsNotThere) {
  const JsonValue value = Parsed(R"({"a": 1, "b": null})");
  ASSERT_NE(value.Find("a"), nullptr);
  EXPECT_EQ(*value.Find("a"), JsonValue(1));
  ASSERT_NE(value.Find("b"), nullptr);
  EXPECT_EQ(value.Find("c"), nullptr);
  EXPECT_EQ(value.Find("a")->Find("a"), nullptr);
}

TEST(Json, MembersKeepTheOrderOfTheText) {
  const JsonValue value = Parsed(R"({"z": 1, "a": 2})");
  EXPECT_EQ(value.if_object()->front().first, "z");
}

// iat must be an integer: what is one decides what gets refused.
TEST(Json, OnlyNumbersWithoutFractionAndExponentAreIntegers) {
  for (const char* text : {"0", "-0", "1443208345", "9223372036854775807", "-9223372036854775808"}) {
    EXPECT_TRUE(Parsed(text).is_int()) << text;
  }
  for (const char* text :
       {"1e9", "1E9", "1.0", "-0.0", "1443208345.0", "9223372036854775808", "-9223372036854775809",
        "18446744073709551615", "18446744073709551616", "123456789012345678901234567890"}) {
    const JsonValue value = Parsed(text);
    EXPECT_FALSE(value.is_int()) << text;
    EXPECT_TRUE(value.is_number()) << text;
    EXPECT_EQ(*value.if_double(), std::stod(text)) << text;
  }
}

TEST(Json, BigIntegersBesideDigitsInStringsAndExponents) {
  const JsonValue value = Parsed(
      R"({"99999999999999999999": "\"-99999999999999999999", "a": [-99999999999999999999, 1, 1e-5, 2.5]})");
  EXPECT_EQ(*value.Find("99999999999999999999"), JsonValue("\"-99999999999999999999"));
  const JsonArray& array = *value.Find("a")->if_array();
  EXPECT_EQ(array[0], JsonValue(-1e20));
  EXPECT_TRUE(array[1].is_int());
  EXPECT_EQ(array[2], JsonValue(1e-5));
  EXPECT_EQ(array[3], JsonValue(2.5));
}

TEST(Json, NumbersThatNoDoubleHoldsAndBadNumbersAreMalformed) {
  for (const char* text : {"1e400", "-1e400", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x10", "NaN",
                           "Infinity", "--1", "1 2", "099999999999999999999", "99999999999999999999x"}) {
    ExpectMalformed(text);
  }
}

TEST(Json, DuplicateMembersAreRefusedAtEachLevel) {
  ExpectMalformed(R"({"iat": 1, "iat": 1})", "duplicate member \"iat\"");
  ExpectMalformed(R"({"a": {"b": 1, "c": 2, "b": 3}})", "duplicate member \"b\"");
  ExpectMalformed(R"([[{"": 1, "": 2}]])", "duplicate member \"\"");
  EXPECT_TRUE(ParseJson(R"({"a": {"a": [{"a": 1}, {"a": 1}]}})", 100).ok());
  EXPECT_TRUE(ParseJson(R"({"a": 1, "A": 2})", 100).ok());
}

TEST(Json, DuplicatesAreFoundBehindEscapes) {
  ExpectMalformed(R"({"iat": 1, "\u0069at": 2})", "duplicate member \"iat\"");
  ExpectMalformed("{\"\xc3\xa9\": 1, \"\\u00e9\": 2}", "duplicate");
  ExpectMalformed(R"({"a/b": 1, "a\/b": 2})", "duplicate");
  ExpectMalformed(R"({"a\u0000": 1, "a\u0000": 2})", "duplicate");
  EXPECT_TRUE(ParseJson(R"({"a\u0000b": 1, "a\u0000c": 2})", 100).ok());
}

TEST(Json, MemberCountHasABound) {
  const auto object = [](size_t members) {
    std::string text = "{";
    for (size_t i = 0; i < members; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
    return text + "}";
  };
  EXPECT_TRUE(ParseJson(object(limits::kJsonMembers), limits::kJson).ok());
  ExpectMalformed(object(limits::kJsonMembers + 1), "more than 256 members");
}

TEST(Json, DepthHasABound) {
  for (const bool objects : {false, true}) {
    const auto nested = [objects](size_t depth) {
      return objects ? Repeat("{\"a\":", depth - 1) + "{}" + Repeat("}", depth - 1)
                     : Repeat("[", depth) + Repeat("]", depth);
    };
    EXPECT_TRUE(ParseJson(nested(limits::kJsonDepth), limits::kJson).ok());
    ExpectMalformed(nested(limits::kJsonDepth + 1), "too deep");
    ExpectMalformed(nested(10000), "too deep");
  }
}

TEST(Json, SizeHasABound) {
  const std::string text = "\"" + std::string(98, 'x') + "\"";
  EXPECT_TRUE(ParseJson(text, 100).ok());
  EXPECT_EQ(ReasonOf(ParseJson(text, 99).status()), Reason::kTooLarge);
  EXPECT_EQ(ReasonOf(ParseJson(std::string(limits::kJson + 1, 'x'), limits::kJson).status()),
            Reason::kTooLarge);
}

TEST(Json, BigDocumentsAreReadAndTheNextSmallOneToo) {
  const std::string big = "[" + Repeat("\"0123456789\",", 100000) + "1]";
  const auto value = ParseJson(big, 2 * big.size());
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(value->if_array()->size(), 100001u);
  EXPECT_EQ(Canonical("[1]"), "[1]");
}

// A buffer that just fits: AddressSanitizer watches what the parser reads behind it.
TEST(Json, TextNeedsNoPaddingBehindIt) {
  for (size_t size = 2; size < 200; ++size) {
    const std::vector<char> exact = [size] {
      std::vector<char> text(size, 'x');
      text.front() = text.back() = '"';
      return text;
    }();
    EXPECT_TRUE(ParseJson(absl::string_view(exact.data(), exact.size()), 1000).ok());
  }
}

TEST(Json, SyntaxErrorsAreMalformed) {
  for (const char* text : {"",          " ",
                           "{",         "}",
                           "[",         "]",
                           "[1,]",      "{\"a\":1,}",
                           "{\"a\"}",   "{\"a\":}",
                           "{a:1}",     "{'a':1}",
                           "[1 2]",     "[1]]",
                           "{}{}",      "[1] x",
                           "nul",       "tru",
                           "True",      "\"",
                           "\"abc",     "[\"a\"\"b\"]",
                           "// c\n1",   "[1,,2]",
                           "{1:2}",     "\"\\x\"",
                           "\"\\u12\"", "\"a\nb\"",
                           "\"a\tb\"",  "null null"}) {
    ExpectMalformed(text);
  }
  ExpectMalformed(absl::string_view("[1]\0", 4));
  ExpectMalformed(absl::string_view("\"\0\"", 3));
  ExpectMalformed("\xef\xbb\xbf{}");
}

TEST(Json, InvalidUtf8IsMalformed) {
  for (const char* octets :
       {"\xff", "\xc0\x80", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
    ExpectMalformed("\"" + std::string(octets) + "\"");
    ExpectMalformed("{\"" + std::string(octets) + "\":1}");
  }
  EXPECT_EQ(Parsed("\"\xf0\x9f\x98\x80\""), JsonValue("\xf0\x9f\x98\x80"));
}

TEST(Json, LoneSurrogatesAreMalformed) {
  for (const char* text :
       {R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")", R"("\udc00\ud800")", R"("\ud800x")"})
    ExpectMalformed(text);
  EXPECT_EQ(Parsed(R"("\ud83d\ude00")"), JsonValue("\xf0\x9f\x98\x80"));
}

// RFC 8225 s9.1.
TEST(CanonicalJson, SortsMembersAndDropsWhiteSpace) {
  EXPECT_EQ(Canonical(R"( { "orig" : { "tn" : "12155551212" } , "iat" : 1443208345,
                           "dest" : { "uri" : [ "sip:alice@example.com" ] } } )"),
            R"({"dest":{"uri":["sip:alice@example.com"]},"iat":1443208345,"orig":{"tn":"12155551212"}})");
  EXPECT_EQ(Canonical("{ }"), "{}");
  EXPECT_EQ(Canonical("[ ]"), "[]");
  EXPECT_EQ(Canonical("[true , false , null]"), "[true,false,null]");
}

TEST(CanonicalJson, KeepsTheOrderOfArrays) {
  EXPECT_EQ(Canonical(R"(["b","a",{"d":1,"c":2}])"), R"(["b","a",{"c":2,"d":1}])");
}

// By UTF-16 unit U+1F600 would stand before U+FF5E.
TEST(CanonicalJson, SortsByCodePoint) {
  EXPECT_EQ(
      Canonical(R"({"\ud83d\ude00":1,"\uff5e":2,"\u00e9":3,"z":4,"Z":5,"":6,"ab":7,"a":8})"),
      "{\"\":6,\"Z\":5,\"a\":8,\"ab\":7,\"z\":4,\"\xc3\xa9\":3,\"\xef\xbd\x9e\":2,\"\xf0\x9f\x98\x80\":1}");
}

TEST(CanonicalJson, EscapesOnlyWhatMustBe) {
  EXPECT_EQ(Canonical(R"("\u0022\u005c\/\b\f\n\r\t\u0000\u001f\u007f\u00e9\u2028")"),
            "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\xc3\xa9\xe2\x80\xa8\"");
}

TEST(CanonicalJson, NumbersAreShortAndReadBackTheSame) {
  EXPECT_EQ(Canonical("[1.0,-0.0,1e9,1.50,0.1,1e20,5e-324,1.7976931348623157e308,-1e-7]"),
            "[1,0,1e+09,1.5,0.1,1e+20,5e-324,1.7976931348623157e+308,-1e-07]");
  EXPECT_EQ(Canonical("[-0,9223372036854775807,-9223372036854775808]"),
            "[0,9223372036854775807,-9223372036854775808]");
}

TEST(JsonValue, EqualityIsOfValues) {
  EXPECT_EQ(Parsed(R"({"a":1,"b":[2]})"), Parsed(R"({"b":[2.0],"a":1e0})"));
  EXPECT_FALSE(Parsed("[1,2]") == Parsed("[2,1]"));
  EXPECT_FALSE(Parsed(R"({"a":1})") == Parsed(R"({"a":1,"b":1})"));
  EXPECT_FALSE(Parsed(R"({"a":1})") == Parsed(R"({"b":1})"));
  EXPECT_FALSE(JsonValue(1) == JsonValue("1"));
  EXPECT_FALSE(JsonValue(1) == JsonValue(true));
  EXPECT_FALSE(JsonValue(std::numeric_limits<int64_t>::max()) == JsonValue(0x1p63));
  EXPECT_FALSE(JsonValue(int64_t{9007199254740993}) == JsonValue(9007199254740992.0));
  EXPECT_EQ(JsonValue(), Parsed("null"));
}

TEST(JsonValue, IsBuiltInPlace) {
  const JsonValue value = JsonObject{{"tn", JsonArray{"1", "2"}}, {"ok", true}, {"n", 5}};
  EXPECT_EQ(CanonicalJson(value), R"({"n":5,"ok":true,"tn":["1","2"]})");
}

}  // namespace
}  // namespace sti::codec
