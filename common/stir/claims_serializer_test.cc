// What is written: octet for octet what other programs wrote, and what is read back the same.
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/stir/passport_claims.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/sequence_random.h"

namespace sti::stir {
namespace {

TelephoneNumber Number(absl::string_view digits) { return TelephoneNumber::FromClaim(digits).value(); }

PassportClaims VectorClaims(PassportType type) {
  PassportClaims claims;
  claims.type = type;
  claims.orig = Number("12155550121");
  claims.dest_tn = {Number("12155550131")};
  claims.iat = 1443208345;
  claims.origid = "123e4567-e89b-12d3-a456-426655440000";
  claims.attest = Attestation::kA;
  return claims;
}

// Decoded by Abseil, not by common/codec.
std::string Payload(absl::string_view token) {
  const std::vector<std::string> parts = absl::StrSplit(token, '.');
  std::string out;
  EXPECT_TRUE(absl::WebSafeBase64Unescape(parts.at(1), &out));
  return out;
}

TEST(SerializeClaims, PayloadsOfOtherProgramsAreWrittenTheSame) {
  const codec::JsonValue official = JsonVector("official.json"), derived = JsonVector("passports.json");
  const std::pair<PassportType, std::string> kTokens[] = {
      {PassportType::kBase, TextOf(official, "rfc8946_base")},
      {PassportType::kBase, TextOf(official, "rfc8225_appA")},
      {PassportType::kDiv, TextOf(official, "rfc8946_div")},
      {PassportType::kShaken, TextOf(derived, "shaken")},
      {PassportType::kDiv, TextOf(derived, "div")},
      {PassportType::kRph, TextOf(derived, "rph")},
      {PassportType::kRph, TextOf(derived, "rph_sph")},
      {PassportType::kRcd, DemoToken("rcd")},
  };
  for (const auto& [type, token] : kTokens) {
    const std::string payload = Payload(token);
    const auto claims = ParseClaims(codec::ParseJson(payload, limits::kJson).value(), type);
    ASSERT_TRUE(claims.ok()) << claims.status() << payload;
    EXPECT_EQ(SerializeClaims(*claims), payload);
  }
}

TEST(SerializeClaims, DestinationsAreSortedAndNumbersComeFirst) {
  PassportClaims claims = VectorClaims(PassportType::kShaken);
  claims.dest_tn = {Number("19"), Number("18"), Number("2"), Number("100")};
  claims.dest_uri = {CanonicalUri{"sip:b@x"}, CanonicalUri{"sip:a@x"}};
  EXPECT_EQ(
      SerializeClaims(claims),
      R"({"attest":"A","dest":{"tn":["100","18","19","2"],"uri":["sip:a@x","sip:b@x"]},"iat":1443208345,)"
      R"("orig":{"tn":"12155550121"},"origid":"123e4567-e89b-12d3-a456-426655440000"})");
}

TEST(SerializeClaims, UrisAndOddTextAreEscaped) {
  PassportClaims claims = VectorClaims(PassportType::kShaken);
  claims.orig = CanonicalUri{"sip:a\"b@x"};
  claims.dest_tn.clear();
  claims.dest_uri = {CanonicalUri{"sip:c/d@x"}};
  claims.origid = "\xc3\xa4\n";
  EXPECT_EQ(SerializeClaims(claims),
            "{\"attest\":\"A\",\"dest\":{\"uri\":[\"sip:c/d@x\"]},\"iat\":1443208345,"
            "\"orig\":{\"uri\":\"sip:a\\\"b@x\"},\"origid\":\"\xc3\xa4\\n\"}");
}

TEST(SerializeClaims, OnlyClaimsOfTheTypeAreWritten) {
  PassportClaims claims = VectorClaims(PassportType::kBase);
  claims.div = Number("1");
  claims.div_hi = "1";
  claims.opt = "a.b.c";
  claims.rph_auth = {"ets.0"};
  claims.sph = "psap-callback";
  claims.rich.crn = "x";
  claims.rich.rcd = codec::JsonObject{{"nam", "x"}};
  claims.rich.iss = "x";
  claims.rich.digests = {{"/nam", "sha256-YWJj"}};
  claims.msgi = "sha256-YWJj";
  claims.mky = {{"sha-1", "BB"}, {"sha-1", "AA"}};
  const std::string base = R"("dest":{"tn":["12155550131"]})";
  const std::string mky = R"("mky":[{"alg":"sha-1","dig":"AA"},{"alg":"sha-1","dig":"BB"}])";
  const std::string orig = R"("orig":{"tn":"12155550121"})";
  const std::string rich = R"("rcd":{"nam":"x"},"rcdi":{"/nam":"sha256-YWJj"})";
  const std::string expected[] = {
      absl::StrCat("{", base, R"(,"iat":1443208345,)", mky, ",", orig, "}"),
      absl::StrCat(R"({"attest":"A","crn":"x",)", base, R"(,"iat":1443208345,"iss":"x",)", mky, ",", orig,
                   R"(,"origid":"123e4567-e89b-12d3-a456-426655440000",)", rich, "}"),
      absl::StrCat("{", base, R"(,"div":{"hi":"1","tn":"1"},"iat":1443208345,)", mky, ",", orig, "}"),
      absl::StrCat("{", base, R"(,"div":{"hi":"1","tn":"1"},"iat":1443208345,)", mky, R"(,"opt":"a.b.c",)",
                   orig, "}"),
      absl::StrCat("{", base, R"(,"iat":1443208345,)", mky, ",", orig,
                   R"(,"rph":{"auth":["ets.0"]},"sph":"psap-callback"})"),
      absl::StrCat(R"({"crn":"x",)", base, R"(,"iat":1443208345,"iss":"x",)", mky, ",", orig, ",", rich, "}"),
      absl::StrCat("{", base, R"(,"iat":1443208345,)", mky, R"(,"msgi":"sha256-YWJj",)", orig, "}"),
  };
  for (size_t i = 0; i < kPassportTypes.size(); ++i) {
    claims.type = kPassportTypes[i];
    const std::string text = SerializeClaims(claims);
    EXPECT_EQ(text, expected[i]);
    // The general serializer of RFC 8225 s9 agrees on the order.
    EXPECT_EQ(codec::CanonicalJson(codec::ParseJson(text, limits::kJson).value()), text);
  }
}

// Random claims that are valid, and all that a type may have.
class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}

  PassportClaims Make(PassportType type) {
    PassportClaims claims;
    claims.type = type;
    claims.orig = Party();
    for (size_t i = Below(4); i > 0; --i) claims.dest_tn.push_back(MakeNumber());
    for (size_t i = claims.dest_tn.empty() ? 1 : Below(3); i > 0; --i) claims.dest_uri.push_back(Uri());
    Sort(claims);
    claims.iat = static_cast<int64_t>(1700000000 + Below(100000000));
    for (size_t i = Below(3); i > 0; --i) claims.mky.push_back({"sha-256", Text("0123456789ABCDEF", 64)});
    std::sort(claims.mky.begin(), claims.mky.end(), [](auto& a, auto& b) { return a.dig < b.dig; });
    if (type == PassportType::kShaken) {
      claims.attest = static_cast<Attestation>(1 + Below(3));
      claims.origid = Text("0123456789abcdef-\"\\\n", 36);
    }
    if (IsDiversion(type)) {
      claims.div = Party();
      if (Below(2) == 0) claims.div_hi = absl::StrCat(Below(9), ".", Below(9));
    }
    if (type == PassportType::kDivO) claims.opt = absl::StrCat(Token(), ".", Token(), ".", Token());
    if (type == PassportType::kRph) {
      for (size_t i = 1 + Below(4); i > 0; --i) claims.rph_auth.push_back(absl::StrCat("ets.", Below(5)));
      claims.rph_auth.push_back("esnet.1");
      if (Below(2) == 0) claims.sph = "psap-callback";
    }
    if (type == PassportType::kMsg && Below(2) == 0) claims.msgi = Digest();
    if (type == PassportType::kRcd || (type == PassportType::kShaken && Below(2) == 0)) claims.rich = Rich();
    return claims;
  }

 private:
  size_t Below(size_t bound) {
    const std::string octets = random_.Bytes(4).value();
    size_t value = 0;
    for (const char octet : octets) value = value << 8 | static_cast<uint8_t>(octet);
    return value % bound;
  }
  std::string Text(absl::string_view alphabet, size_t size) {
    std::string out;
    while (out.size() < size) out.push_back(alphabet[Below(alphabet.size())]);
    return out;
  }
  std::string Token() { return Text("ABCxyz019-_", 1 + Below(40)); }
  std::string Digest() { return absl::StrCat("sha256-", Text("ABCxyz019+/", 42), "A"); }
  TelephoneNumber MakeNumber() { return Number(Text("0123456789#*", 1 + Below(limits::kTelephoneNumber))); }
  CanonicalUri Uri() {
    return {absl::StrCat("sip:", Text("abcz09.-_~!*'", 1 + Below(20)), "@", Text("abc09", 1 + Below(9)),
                         ".example")};
  }
  PartyIdentity Party() { return Below(2) == 0 ? PartyIdentity(MakeNumber()) : PartyIdentity(Uri()); }
  RichCallData Rich() {
    RichCallData rich;
    if (Below(3) != 0) {
      codec::JsonObject rcd{{"nam", Text("abc \"\\/<>", Below(20)) + "\xc3\xa9"}};
      if (Below(2) == 0) rcd.emplace_back("apn", MakeNumber().digits());
      if (Below(2) == 0) rcd.emplace_back("icn", absl::StrCat("https://a.example/", Token()));
      if (Below(2) == 0) {
        rcd.emplace_back("jcl", "https://a.example/j");
      } else {
        // Compilers differ in whether an array in braces alone is an element or the whole.
        const codec::JsonArray properties(1, codec::JsonArray{"fn", codec::JsonObject{}, "text", Token()});
        rcd.emplace_back("jcd", codec::JsonArray{"vcard", properties});
      }
      rich.rcd = std::move(rcd);
      if (Below(2) == 0) rich.digests = {{"/icn", Digest()}, {"/nam", Digest()}};
    }
    if (!rich.rcd || Below(2) == 0) rich.crn = Text("abc \"\\/", 1 + Below(20));
    if (Below(2) == 0) rich.iss = Token();
    return rich;
  }
  static void Sort(PassportClaims& claims) {
    std::sort(claims.dest_tn.begin(), claims.dest_tn.end(),
              [](const auto& a, const auto& b) { return a.digits() < b.digits(); });
    std::sort(claims.dest_uri.begin(), claims.dest_uri.end(),
              [](const auto& a, const auto& b) { return a.text < b.text; });
  }

  testing::SequenceRandom random_;
};

void ExpectSame(const PassportClaims& a, const PassportClaims& b) {
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.orig, b.orig);
  EXPECT_EQ(a.dest_tn, b.dest_tn);
  EXPECT_EQ(a.dest_uri, b.dest_uri);
  EXPECT_EQ(a.iat, b.iat);
  EXPECT_EQ(a.mky, b.mky);
  EXPECT_EQ(a.attest, b.attest);
  EXPECT_EQ(a.origid, b.origid);
  EXPECT_EQ(a.div, b.div);
  EXPECT_EQ(a.div_hi, b.div_hi);
  EXPECT_EQ(a.opt, b.opt);
  EXPECT_EQ(a.rph_auth, b.rph_auth);
  EXPECT_EQ(a.sph, b.sph);
  EXPECT_EQ(a.rich.rcd, b.rich.rcd);
  EXPECT_EQ(a.rich.digests, b.rich.digests);
  EXPECT_EQ(a.rich.crn, b.rich.crn);
  EXPECT_EQ(a.rich.iss, b.rich.iss);
  EXPECT_EQ(a.msgi, b.msgi);
}

TEST(SerializeClaims, WhatIsWrittenIsReadBackTheSame) {
  Maker maker(7);
  for (const PassportType type : kPassportTypes) {
    for (int i = 0; i < 500; ++i) {
      const PassportClaims claims = maker.Make(type);
      ASSERT_TRUE(CheckClaims(claims).ok()) << CheckClaims(claims) << SerializeClaims(claims);
      const std::string text = SerializeClaims(claims);
      const codec::JsonValue json = codec::ParseJson(text, limits::kJson).value();
      const auto again = ParseClaims(json, type);
      ASSERT_TRUE(again.ok()) << again.status() << text;
      ExpectSame(claims, *again);
      ASSERT_FALSE(::testing::Test::HasFailure()) << text;
      EXPECT_EQ(codec::CanonicalJson(json), text);
    }
  }
}

std::string Checked(const PassportClaims& claims) {
  const absl::Status status = CheckClaims(claims);
  return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
}

TEST(CheckClaims, WhatIsNotSetIsMissing) {
  for (const PassportType type : kPassportTypes) {
    PassportClaims claims;
    claims.type = type;
    EXPECT_EQ(Checked(claims),
              type == PassportType::kShaken ? "ATTEST_INVALID attest" : "MISSING_FIELD dest");
    claims = VectorClaims(type);
    claims.orig = CanonicalUri{};
    EXPECT_EQ(Checked(claims), "MISSING_FIELD orig");
    claims = VectorClaims(type);
    claims.iat = 0;
    EXPECT_EQ(Checked(claims), "MISSING_FIELD iat");
    claims.iat = -1;
    EXPECT_EQ(Checked(claims), "INVALID_FIELD iat");
    claims = VectorClaims(type);
    claims.dest_tn.assign(limits::kDestinations + 1, Number("1"));
    EXPECT_EQ(Checked(claims), "TOO_LARGE dest");
  }
  EXPECT_EQ(Checked(VectorClaims(PassportType::kBase)), "NONE ");
  EXPECT_EQ(Checked(VectorClaims(PassportType::kShaken)), "NONE ");
  EXPECT_EQ(Checked(VectorClaims(PassportType::kMsg)), "NONE ");
  EXPECT_EQ(Checked(VectorClaims(PassportType::kDiv)), "MISSING_FIELD div");
  EXPECT_EQ(Checked(VectorClaims(PassportType::kRph)), "MISSING_FIELD rph");
  EXPECT_EQ(Checked(VectorClaims(PassportType::kRcd)), "MISSING_FIELD rcd");
  PassportClaims claims = VectorClaims(PassportType::kDivO);
  claims.div = Number("1");
  EXPECT_EQ(Checked(claims), "MISSING_FIELD opt");
}

TEST(CheckClaims, WhatAVerifierWouldRefuseIsNotSigned) {
  PassportClaims claims = VectorClaims(PassportType::kShaken);
  claims.mky = {{"sha-256", "AA"}};
  EXPECT_EQ(Checked(claims), "INVALID_FIELD mky");
  claims = VectorClaims(PassportType::kShaken);
  claims.rich.rcd = codec::JsonObject{{"apn", "1"}};
  EXPECT_EQ(Checked(claims), "INVALID_FIELD rcd");
  claims.rich.rcd = codec::JsonObject{{"nam", "x"}};
  EXPECT_EQ(Checked(claims), "NONE ");
  claims.rich.digests = {{"/nam", "sha256-YWJj"}, {"/nam", "sha256-YWJj"}};
  EXPECT_EQ(Checked(claims), "INVALID_FIELD rcdi");
  claims.rich.digests = {{"/nam", "md5-YWJj"}};
  EXPECT_EQ(Checked(claims), "INVALID_FIELD rcdi");
  claims = VectorClaims(PassportType::kRph);
  claims.rph_auth = {"ets"};
  EXPECT_EQ(Checked(claims), "INVALID_FIELD rph");
  claims.rph_auth = {"ets.0"};
  claims.sph = "psap-callback";
  EXPECT_EQ(Checked(claims), "INVALID_FIELD sph");
  claims = VectorClaims(PassportType::kRcd);
  claims.rich.crn = std::string(limits::kPassport, 'x');
  EXPECT_EQ(Checked(claims), "TOO_LARGE ");
  claims.rich.crn = "\xff";
  EXPECT_EQ(Checked(claims), "INVALID_FIELD ");
}

}  // namespace
}  // namespace sti::stir
