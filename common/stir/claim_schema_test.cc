// The schema's refusals; tests/vectors/judged_passports.json has each of them in a signed token as well.
#include "common/stir/claim_schema.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/limits.h"
#include "common/base/reason.h"

namespace sti::stir {
namespace {

constexpr char kClaims[] =
    R"({"attest":"B","dest":{"tn":["12155550131","911"],"uri":["sip:Bob@Example.com:5060"]},)"
    R"("iat":1735689600,"orig":{"tn":"12155550121"},"origid":"123e4567-e89b-12d3-a456-426655440000"})";

absl::StatusOr<ShakenClaims> ParseText(absl::string_view text) {
  const auto json = codec::ParseJson(text, limits::kJson);
  EXPECT_TRUE(json.ok()) << json.status() << text;
  return ParseShakenClaims(*json);
}

absl::Status Replaced(absl::string_view from, absl::string_view to) {
  const std::string text = absl::StrReplaceAll(kClaims, {{from, to}});
  EXPECT_NE(text, kClaims) << from;
  return ParseText(text).status();
}

TEST(ClaimSchema, GoodClaimsAreRead) {
  const auto claims = ParseText(kClaims);
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(claims->attest, Attestation::kB);
  EXPECT_EQ(claims->iat, 1735689600);
  EXPECT_EQ(PartyText(claims->orig), "12155550121");
  ASSERT_EQ(claims->dest_tn.size(), 2u);
  EXPECT_EQ(claims->dest_tn[1].digits(), "911");
  ASSERT_EQ(claims->dest_uri.size(), 1u);
  EXPECT_EQ(claims->dest_uri[0].text, "sip:bob@example.com");
  EXPECT_EQ(claims->origid, "123e4567-e89b-12d3-a456-426655440000");
}

TEST(ClaimSchema, SerializedClaimsAreReadBackTheSame) {
  const auto claims = ParseText(kClaims);
  ASSERT_TRUE(claims.ok());
  const std::string text = SerializeClaims(*claims);
  const auto again = ParseText(text);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(SerializeClaims(*again), text);
}

TEST(ClaimSchema, EveryMandatoryClaimIsMissed) {
  for (const char* name : {"attest", "dest", "iat", "orig", "origid"}) {
    const absl::Status status = Replaced(absl::StrCat("\"", name, "\""), "\"other\"");
    EXPECT_EQ(ReasonOf(status), Reason::kClaimMissing) << name;
    EXPECT_EQ(FieldOf(status), name);
  }
}

TEST(ClaimSchema, WrongShapesNameTheirClaim) {
  const struct {
    const char *from, *to, *field;
  } kCases[] = {
      {"1735689600", "\"1735689600\"", "iat"},
      {"1735689600", "1735689600.0", "iat"},
      {"1735689600", "1e9", "iat"},
      {"1735689600", "-1", "iat"},
      {"\"B\"", "null", "attest"},
      {R"({"tn":"12155550121"})", "{}", "orig"},
      {R"({"tn":"12155550121"})", R"({"tn":"+12155550121"})", "orig"},
      {R"({"tn":"12155550121"})", R"({"tn":["12155550121"]})", "orig"},
      {R"({"tn":"12155550121"})", R"({"tn":"1","uri":"sip:a@b"})", "orig"},
      {R"({"tn":"12155550121"})", R"({"uri":"sip:a@b@c"})", "orig"},
      {R"({"tn":"12155550121"})", R"({"uri":"sip:"})", "orig"},
      {R"({"tn":"12155550121"})", R"({"TN":"12155550121"})", "orig"},
      {R"("911")", "911", "dest"},
      {R"("911")", R"("+911")", "dest"},
      {R"(["12155550131","911"])", R"("12155550131")", "dest"},
      {R"(["12155550131","911"])", "[]", "dest"},
      {R"(,"uri")", R"(,"URI")", "dest"},
      {R"("123e4567-e89b-12d3-a456-426655440000")", "7", "origid"},
  };
  for (const auto& one : kCases) {
    const absl::Status status = Replaced(one.from, one.to);
    EXPECT_EQ(ReasonOf(status), Reason::kClaimInvalid) << one.to;
    EXPECT_EQ(FieldOf(status), one.field) << one.to;
  }
}

TEST(ClaimSchema, DestinationsAreBounded) {
  // One more stands in uri.
  std::string many;
  for (size_t i = 2; i < limits::kDestinations; ++i) many += "\"1\",";
  const std::string most = absl::StrCat("[", many, "\"1\"]");
  EXPECT_TRUE(Replaced(R"(["12155550131","911"])", most).ok());
  EXPECT_EQ(ReasonOf(Replaced(R"(["12155550131","911"])", absl::StrCat("[\"1\",", many, "\"1\"]"))),
            Reason::kClaimInvalid);
}

TEST(ClaimSchema, AnUnknownAttestIsLeftToItsOwnRow) {
  for (const char* text : {"\"a\"", "\"D\"", "\"\""}) {
    const auto claims = ParseText(absl::StrReplaceAll(kClaims, {{"\"B\"", text}}));
    ASSERT_TRUE(claims.ok()) << text;
    EXPECT_EQ(claims->attest, Attestation::kNone) << text;
  }
}

TEST(ClaimSchema, UrisOfOtherSchemesStandForThemselves) {
  const auto claims =
      ParseText(absl::StrReplaceAll(kClaims, {{"sip:Bob@Example.com:5060", "urn:service:SOS"}}));
  ASSERT_TRUE(claims.ok());
  EXPECT_EQ(claims->dest_uri[0].text, "urn:service:sos");
  const auto other =
      ParseText(absl::StrReplaceAll(kClaims, {{"sip:Bob@Example.com:5060", "im:Bob@Example.com"}}));
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->dest_uri[0].text, "im:Bob@Example.com");
}

TEST(ClaimSchema, NoObjectMissesEverything) {
  EXPECT_EQ(ReasonOf(ParseShakenClaims(codec::JsonValue(codec::JsonArray{})).status()),
            Reason::kClaimMissing);
}

TEST(IsUuid, TakesTheFormOfRfc4122Only) {
  EXPECT_TRUE(IsUuid("123e4567-e89b-12d3-a456-426655440000"));
  EXPECT_TRUE(IsUuid("123E4567-E89B-12D3-A456-426655440000"));
  for (const char* text : {"", "123e4567e89b12d3a456426655440000", "123e4567-e89b-12d3-a456-42665544000",
                           "123e4567-e89b-12d3-a456-4266554400000", "g23e4567-e89b-12d3-a456-426655440000",
                           "123e4567-e89b-12d3-a456_426655440000"}) {
    EXPECT_FALSE(IsUuid(text)) << text;
  }
}

}  // namespace
}  // namespace sti::stir
