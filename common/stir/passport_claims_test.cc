// The schema's refusals, a row each; tests/vectors/passport_types.json has them in signed tokens as well.
#include "common/stir/passport_claims.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"

namespace sti::stir {
namespace {

// The parts of a payload that every type has.
constexpr char kBase[] =
    R"("dest":{"tn":["12155550131","911"],"uri":["sip:Bob@Example.com:5060"]},"iat":1735689600,)"
    R"("orig":{"tn":"12155550121"})";
constexpr char kUuid[] = "123e4567-e89b-12d3-a456-426655440000";
constexpr char kDigest[] = "sha256-sM275lTgzCte+LHOKHtU4SxG8shlOo6OS4ot8IJQImY";

absl::StatusOr<PassportClaims> Parse(PassportType type, absl::string_view payload) {
  const auto json = codec::ParseJson(payload, limits::kJson);
  EXPECT_TRUE(json.ok()) << json.status() << payload;
  if (!json.ok()) return json.status();
  return ParseClaims(*json, type);
}

// Base claims and these.
absl::StatusOr<PassportClaims> With(PassportType type, absl::string_view more) {
  return Parse(type, absl::StrCat("{", kBase, more.empty() ? "" : ",", more, "}"));
}

absl::StatusOr<PassportClaims> Shaken(absl::string_view more = "") {
  return With(PassportType::kShaken,
              absl::StrCat(R"("attest":"B","origid":")", kUuid, "\"", more.empty() ? "" : ",", more));
}

// "CLAIM_INVALID orig", or "NONE ".
std::string Verdict(const absl::Status& status) {
  return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
}
std::string Verdict(PassportType type, absl::string_view more) { return Verdict(With(type, more).status()); }

constexpr char kGood[] = "NONE ";

std::string BaseWith(absl::string_view from, absl::string_view to) {
  const std::string text = absl::StrReplaceAll(kBase, {{from, to}});
  EXPECT_NE(text, kBase) << from;
  return Verdict(Parse(PassportType::kBase, absl::StrCat("{", text, "}")).status());
}

TEST(PassportClaims, BaseClaimsAreRead) {
  const auto claims = With(PassportType::kBase, "");
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(claims->type, PassportType::kBase);
  EXPECT_EQ(claims->iat, 1735689600);
  EXPECT_EQ(PartyText(claims->orig), "12155550121");
  ASSERT_EQ(claims->dest_tn.size(), 2u);
  EXPECT_EQ(claims->dest_tn[1].digits(), "911");
  ASSERT_EQ(claims->dest_uri.size(), 1u);
  EXPECT_EQ(claims->dest_uri[0].text, "sip:bob@example.com");
}

TEST(PassportClaims, ADestinationIsFoundInItsOwnKindOnly) {
  const auto claims = With(PassportType::kBase, "");
  ASSERT_TRUE(claims.ok());
  EXPECT_TRUE(IsDestination(*claims, TelephoneNumber::FromClaim("911").value()));
  EXPECT_FALSE(IsDestination(*claims, TelephoneNumber::FromClaim("112").value()));
  EXPECT_TRUE(IsDestination(*claims, CanonicalUri{"sip:bob@example.com"}));
  EXPECT_FALSE(IsDestination(*claims, CanonicalUri{"911"}));
}

TEST(PassportClaims, WrongShapesOfBaseClaimsNameTheirClaim) {
  const struct {
    const char *from, *to, *field;
  } kCases[] = {
      {"1735689600", "\"1735689600\"", "iat"},
      {"1735689600", "1735689600.0", "iat"},
      {"1735689600", "1e9", "iat"},
      {"1735689600", "-1", "iat"},
      {"1735689600", "99999999999999999999", "iat"},
      {"1735689600", "true", "iat"},
      {"1735689600", "null", "iat"},
      {R"({"tn":"12155550121"})", "{}", "orig"},
      {R"({"tn":"12155550121"})", "null", "orig"},
      {R"({"tn":"12155550121"})", R"("12155550121")", "orig"},
      {R"({"tn":"12155550121"})", R"([{"tn":"12155550121"}])", "orig"},
      {R"({"tn":"12155550121"})", R"({"tn":"+12155550121"})", "orig"},
      {R"({"tn":"12155550121"})", R"({"tn":["12155550121"]})", "orig"},
      {R"({"tn":"12155550121"})", R"({"tn":12155550121})", "orig"},
      {R"({"tn":"12155550121"})", R"({"tn":""})", "orig"},
      {R"({"tn":"12155550121"})", R"({"tn":"1","uri":"sip:a@b"})", "orig"},
      {R"({"tn":"12155550121"})", R"({"tn":"1","x":"y"})", "orig"},
      {R"({"tn":"12155550121"})", R"({"uri":"sip:a@b@c"})", "orig"},
      {R"({"tn":"12155550121"})", R"({"uri":"sip:"})", "orig"},
      {R"({"tn":"12155550121"})", R"({"uri":":x"})", "orig"},
      {R"({"tn":"12155550121"})", R"({"uri":"12155550121"})", "orig"},
      {R"({"tn":"12155550121"})", R"({"uri":"im:a b"})", "orig"},
      {R"({"tn":"12155550121"})", R"({"uri":["sip:a@b"]})", "orig"},
      {R"({"tn":"12155550121"})", R"({"TN":"12155550121"})", "orig"},
      {R"("911")", "911", "dest"},
      {R"("911")", R"("+911")", "dest"},
      {R"("911")", R"("")", "dest"},
      {R"("911")", R"(["911"])", "dest"},
      {R"(["12155550131","911"])", R"("12155550131")", "dest"},
      {R"(["12155550131","911"])", "[]", "dest"},
      {R"(["sip:Bob@Example.com:5060"])", R"("sip:bob@example.com")", "dest"},
      {R"(["sip:Bob@Example.com:5060"])", "[]", "dest"},
      {R"(,"uri")", R"(,"URI")", "dest"},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(BaseWith(one.from, one.to), absl::StrCat("CLAIM_INVALID ", one.field)) << one.to;
  }
  EXPECT_EQ(BaseWith("1735689600", "0"), kGood);
  EXPECT_EQ(Verdict(Parse(PassportType::kBase, R"({"dest":{},"iat":1,"orig":{"tn":"1"}})").status()),
            "CLAIM_INVALID dest");
  EXPECT_EQ(Verdict(Parse(PassportType::kBase, R"({"dest":["1"],"iat":1,"orig":{"tn":"1"}})").status()),
            "CLAIM_INVALID dest");
}

TEST(PassportClaims, UrisOfOtherSchemesStandForThemselves) {
  for (const auto& [uri, canonical] : {std::pair("urn:service:SOS", "urn:service:sos"),
                                       std::pair("im:Bob@Example.com", "im:Bob@Example.com")}) {
    const auto claims =
        Parse(PassportType::kBase,
              absl::StrCat("{", absl::StrReplaceAll(kBase, {{"sip:Bob@Example.com:5060", uri}}), "}"));
    ASSERT_TRUE(claims.ok()) << claims.status();
    EXPECT_EQ(claims->dest_uri[0].text, canonical);
  }
}

TEST(PassportClaims, DestinationsAreBounded) {
  std::string many = "\"1\"";
  for (size_t i = 2; i < limits::kDestinations; ++i) many += ",\"1\"";
  // One more stands in uri.
  EXPECT_EQ(BaseWith(R"(["12155550131","911"])", absl::StrCat("[", many, "]")), kGood);
  EXPECT_EQ(BaseWith(R"(["12155550131","911"])", absl::StrCat("[", many, ",\"1\"]")), "CLAIM_INVALID dest");
}

TEST(PassportClaims, EveryMandatoryClaimIsMissed) {
  const std::pair<PassportType, const char*> kMore[] = {
      {PassportType::kBase, R"("x":0)"},
      {PassportType::kShaken, R"("attest":"A","origid":"1")"},
      {PassportType::kDiv, R"("div":{"tn":"1"})"},
      {PassportType::kDivO, R"("div":{"tn":"1"},"opt":"a.b.c")"},
      {PassportType::kRph, R"("rph":{"auth":["ets.0"]})"},
      {PassportType::kRcd, R"("crn":"x")"},
      {PassportType::kMsg, R"("x":0)"},
  };
  for (const auto& [type, more] : kMore) {
    const auto json = codec::ParseJson(absl::StrCat("{", kBase, ",", more, "}"), limits::kJson).value();
    ASSERT_TRUE(ParseClaims(json, type).ok()) << PptText(type);
    for (const auto& member : *json.if_object()) {
      if (member.first == "x") continue;
      codec::JsonObject rest;
      for (const auto& other : *json.if_object()) {
        if (other.first != member.first) rest.push_back(other);
      }
      const std::string field = member.first == "crn" ? "rcd" : member.first;
      EXPECT_EQ(Verdict(ParseClaims(rest, type).status()), absl::StrCat("CLAIM_MISSING ", field))
          << PptText(type);
    }
  }
  EXPECT_EQ(ReasonOf(ParseClaims(codec::JsonArray{}, PassportType::kBase).status()), Reason::kClaimMissing);
}

TEST(PassportClaims, WhatIsMissingIsReportedBeforeWhatIsWrong) {
  EXPECT_EQ(Verdict(Parse(PassportType::kShaken, R"({"attest":1,"dest":1,"iat":"1","orig":1})").status()),
            "CLAIM_MISSING origid");
}

TEST(PassportClaims, ShakenClaimsAreRead) {
  const auto claims = Shaken();
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(claims->attest, Attestation::kB);
  EXPECT_EQ(claims->origid, kUuid);
  EXPECT_TRUE(claims->rich.empty());
  EXPECT_EQ(Verdict(PassportType::kShaken, R"("attest":null,"origid":"x")"), "CLAIM_INVALID attest");
  EXPECT_EQ(Verdict(PassportType::kShaken, R"("attest":["A"],"origid":"x")"), "CLAIM_INVALID attest");
  EXPECT_EQ(Verdict(PassportType::kShaken, R"("attest":"A","origid":7)"), "CLAIM_INVALID origid");
}

TEST(PassportClaims, AnUnknownAttestIsLeftToItsOwnRow) {
  for (const char* text : {"a", "D", ""}) {
    const auto claims = With(PassportType::kShaken, absl::StrCat(R"("attest":")", text, R"(","origid":"x")"));
    ASSERT_TRUE(claims.ok()) << text;
    EXPECT_EQ(claims->attest, Attestation::kNone) << text;
  }
}

TEST(PassportClaims, UnknownClaimsAreIgnored) {
  // Claims of other types among them, whatever they look like.
  EXPECT_TRUE(Shaken(R"("rph":1,"sph":2,"div":3,"opt":4,"msgi":5,"x":[{}])").ok());
  EXPECT_EQ(Verdict(PassportType::kBase, R"("attest":1,"rcd":1,"rcdi":1,"crn":1,"iss":1)"), kGood);
  EXPECT_EQ(Verdict(PassportType::kRph, R"("rph":{"auth":["ets.0"]},"rcd":1,"msgi":1)"), kGood);
}

TEST(PassportClaims, AMessageDigestCountsInMsgOnly) {
  const std::string good = absl::StrCat(R"("msgi":")", kDigest, "\"");
  EXPECT_EQ(With(PassportType::kMsg, good)->msgi, kDigest);
  EXPECT_EQ(With(PassportType::kMsg, "")->msgi, std::nullopt);
  EXPECT_EQ(With(PassportType::kBase, good)->msgi, std::nullopt);
  EXPECT_EQ(Shaken(good)->msgi, std::nullopt);
  for (const char* bad :
       {"7", "null", "[]", R"("")", R"("sha256-")", R"("sha256-*")", R"("md5-sM27")", R"("SHA256-sM27")"}) {
    EXPECT_EQ(Verdict(PassportType::kMsg, absl::StrCat(R"("msgi":)", bad)), "CLAIM_INVALID msgi") << bad;
  }
}

std::string Mky(absl::string_view value) {
  return Verdict(PassportType::kBase, absl::StrCat(R"("mky":)", value));
}

TEST(PassportClaims, MediaKeysOfTheRfcAreRead) {
  // RFC 8225 s5.2.2.
  const auto claims = With(
      PassportType::kBase,
      R"("mky":[{"alg":"sha-256","dig":"021ACC5427ABEB9C533F3E4B652E7D463F5442CD54F17A03A27DF9B07F4619B2"},)"
      R"({"alg":"sha-256","dig":"4AADB9B13F82183B540212DF3E5D496B19E57CAB3E4B652E7D463F5442CD54F1"}])");
  ASSERT_TRUE(claims.ok()) << claims.status();
  ASSERT_EQ(claims->mky.size(), 2u);
  EXPECT_EQ(claims->mky[0].alg, "sha-256");
  EXPECT_EQ(claims->mky[1].dig, "4AADB9B13F82183B540212DF3E5D496B19E57CAB3E4B652E7D463F5442CD54F1");
}

TEST(PassportClaims, MediaKeysOfWrongShapeAreRefused) {
  const std::string sha1(40, 'A'), sha1b = std::string(39, 'A') + "B";
  const auto entry = [](absl::string_view dig, absl::string_view alg = "sha-1") {
    return absl::StrCat(R"({"alg":")", alg, R"(","dig":")", dig, "\"}");
  };
  EXPECT_EQ(Mky(absl::StrCat("[", entry(sha1), ",", entry(sha1b), "]")), kGood);
  EXPECT_EQ(Mky(absl::StrCat("[", entry(sha1), ",", entry(sha1), "]")), kGood);
  EXPECT_EQ(Mky(absl::StrCat("[", entry(std::string(40, 'a'), "SHA-1"), "]")), kGood);
  const std::string kBad[] = {
      "{}",
      "[]",
      "null",
      "[\"x\"]",
      entry(sha1),
      absl::StrCat("[", entry(sha1b), ",", entry(sha1), "]"),          // not sorted
      absl::StrCat("[", entry(sha1), ",", entry("AAAA", "md0"), "]"),  // not sorted by alg
      absl::StrCat("[", entry(sha1 + "AA"), "]"),                      // 21 octets
      absl::StrCat("[", entry(std::string(39, 'A')), "]"),             // half an octet
      absl::StrCat("[", entry(std::string(39, 'A') + "G"), "]"),       // no hexadecimal
      absl::StrCat("[", entry("AA:AA"), "]"),                          // colons
      absl::StrCat("[", entry(""), "]"),
      absl::StrCat("[", entry(sha1, ""), "]"),
      absl::StrCat("[", entry(sha1, "sha_1"), "]"),
      absl::StrCat(R"([{"alg":"sha-1","dig":1}])"),
      absl::StrCat(R"([{"alg":"sha-1"}])"),
      absl::StrCat(R"([{"alg":"sha-1","dig":")", sha1, R"(","x":""}])"),
  };
  for (const std::string& bad : kBad) EXPECT_EQ(Mky(bad), "CLAIM_INVALID mky") << bad;
  // In every type.
  EXPECT_EQ(Verdict(Shaken(R"("mky":[])").status()), "CLAIM_INVALID mky");
}

TEST(PassportClaims, MediaKeysAreBounded) {
  const std::string entry = absl::StrCat(R"({"alg":"sha-1","dig":")", std::string(40, 'A'), "\"}");
  std::string many = entry;
  for (size_t i = 1; i < limits::kMediaKeys; ++i) absl::StrAppend(&many, ",", entry);
  EXPECT_EQ(Mky(absl::StrCat("[", many, "]")), kGood);
  EXPECT_EQ(Mky(absl::StrCat("[", many, ",", entry, "]")), "CLAIM_INVALID mky");
}

TEST(PassportClaims, DiversionsAreRead) {
  const auto claims = With(PassportType::kDiv, R"("div":{"tn":"12155550130","hi":"1.2.1"})");
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(PartyText(*claims->div), "12155550130");
  EXPECT_EQ(claims->div_hi, "1.2.1");
  const auto uri = With(PassportType::kDivO, R"("div":{"uri":"sip:A@B.example"},"opt":"a.b-_.c")");
  ASSERT_TRUE(uri.ok()) << uri.status();
  EXPECT_EQ(PartyText(*uri->div), "sip:a@b.example");
  EXPECT_EQ(uri->div_hi, std::nullopt);
  EXPECT_EQ(uri->opt, "a.b-_.c");
}

TEST(PassportClaims, DiversionsOfWrongShapeAreRefused) {
  for (const char* bad :
       {"{}", "null", "[]", R"("12155550130")", R"({"hi":"1"})", R"({"tn":["1"]})", R"({"tn":"+1"})",
        R"({"tn":1})", R"({"tn":"1","uri":"sip:a@b"})", R"({"uri":["sip:a@b"]})", R"({"uri":"b"})",
        R"({"tn":"1","opt":"a.b.c"})", R"({"tn":"1","x":1})", R"({"tn":"1","hi":1})", R"({"tn":"1","hi":""})",
        R"({"tn":"1","hi":"1."})", R"({"tn":"1","hi":"1.a"})"}) {
    EXPECT_EQ(Verdict(PassportType::kDiv, absl::StrCat(R"("div":)", bad)), "CLAIM_INVALID div") << bad;
    EXPECT_EQ(Verdict(PassportType::kDivO, absl::StrCat(R"("opt":"a.b.c","div":)", bad)), "CLAIM_INVALID div")
        << bad;
  }
  // RFC 8946 s3: a div PASSporT MUST NOT have an opt.
  EXPECT_EQ(Verdict(PassportType::kDiv, R"("div":{"tn":"1"},"opt":"a.b.c")"), "CLAIM_INVALID opt");
}

TEST(PassportClaims, OptIsAPassportInFullForm) {
  for (const char* bad : {"7", "null", R"({"a":1})", R"("")", R"("..c")", R"("a..c")", R"("a.b")",
                          R"("a.b.c.d")", R"("a.b.c=")", R"("a.b .c")", R"("a.b.")"}) {
    EXPECT_EQ(Verdict(PassportType::kDivO, absl::StrCat(R"("div":{"tn":"1"},"opt":)", bad)),
              "CLAIM_INVALID opt")
        << bad;
  }
}

TEST(PassportClaims, OptIsBounded) {
  const std::string opt = std::string(limits::kPassport - 4, 'a') + ".b.c";
  EXPECT_EQ(Verdict(PassportType::kDivO, absl::StrCat(R"("div":{"tn":"1"},"opt":")", opt, "\"")), kGood);
  EXPECT_EQ(Verdict(PassportType::kDivO, absl::StrCat(R"("div":{"tn":"1"},"opt":"a)", opt, "\"")),
            "CLAIM_INVALID opt");
}

TEST(PassportClaims, ResourcePrioritiesKeepTheirOrder) {
  const auto claims = With(PassportType::kRph, R"("rph":{"auth":["wps.0","ets.0","q735.*"],"x":1})");
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(claims->rph_auth, (std::vector<std::string>{"wps.0", "ets.0", "q735.*"}));
  EXPECT_EQ(claims->sph, std::nullopt);
}

TEST(PassportClaims, ResourcePrioritiesOfWrongShapeAreRefused) {
  for (const char* bad :
       {"{}", "null", R"(["ets.0"])", R"({"auth":"ets.0"})", R"({"auth":[]})", R"({"auth":[1]})",
        R"({"auth":{"0":"ets.0"}})", R"({"auth":["ets"]})", R"({"auth":["ets."]})", R"({"auth":[".0"]})",
        R"({"auth":["ets.0.1"]})", R"({"auth":["ets 1.0"]})", R"({"auth":["ets.0","wps,0"]})",
        R"({"Auth":["ets.0"]})"}) {
    EXPECT_EQ(Verdict(PassportType::kRph, absl::StrCat(R"("rph":)", bad)), "CLAIM_INVALID rph") << bad;
  }
}

TEST(PassportClaims, ResourcePrioritiesAreBounded) {
  std::string many = "\"ets.0\"";
  for (size_t i = 1; i < limits::kResourcePriorities; ++i) many += ",\"ets.0\"";
  EXPECT_EQ(Verdict(PassportType::kRph, absl::StrCat(R"("rph":{"auth":[)", many, "]}")), kGood);
  EXPECT_EQ(Verdict(PassportType::kRph, absl::StrCat(R"("rph":{"auth":[)", many, ",\"ets.0\"]}")),
            "CLAIM_INVALID rph");
}

TEST(PassportClaims, SphIsForEmergencyCallbacksOnly) {
  // RFC 9027 s4.
  EXPECT_EQ(With(PassportType::kRph, R"("rph":{"auth":["esnet.0"]},"sph":"psap-callback")")->sph,
            "psap-callback");
  EXPECT_EQ(Verdict(PassportType::kRph, R"("rph":{"auth":["ets.0","esnet.1"]},"sph":"psap-callback")"),
            kGood);
  for (const char* bad :
       {R"({"auth":["ets.0"]},"sph":"psap-callback")", R"({"auth":["esnets.0"]},"sph":"psap-callback")",
        R"({"auth":["esnet.0"]},"sph":"emergency")", R"({"auth":["esnet.0"]},"sph":"")",
        R"({"auth":["esnet.0"]},"sph":"PSAP-callback")", R"({"auth":["esnet.0"]},"sph":["psap-callback"])",
        R"({"auth":["esnet.0"]},"sph":null)"}) {
    EXPECT_EQ(Verdict(PassportType::kRph, absl::StrCat(R"("rph":)", bad)), "CLAIM_INVALID sph") << bad;
  }
}

TEST(PassportClaims, RichCallDataIsRead) {
  const char kRich[] =
      R"("rcd":{"nam":"Q","apn":"12155550100","icn":"https://a.example/q?x=1","jcl":"https://a.example/j"},)"
      R"("crn":"Rendezvous","iss":"Example Inc.","rcdi":{"/jcl":"sha256-7kdCBZqH0nqMSPsmABvsKlHPhZEStgjojhdSJGRr3rk",)"
      R"("/icn":"sha512-3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05ohkpkqJ0_BqDa6PCOj_uu9RU1EI2Q86A4qmslPpUyknw"})";
  for (const auto& claims : {With(PassportType::kRcd, kRich), Shaken(kRich)}) {
    ASSERT_TRUE(claims.ok()) << claims.status();
    EXPECT_EQ(claims->rich.rcd->Find("nam")->if_string()[0], "Q");
    EXPECT_EQ(claims->rich.crn, "Rendezvous");
    EXPECT_EQ(claims->rich.iss, "Example Inc.");
    ASSERT_EQ(claims->rich.digests.size(), 2u);
    EXPECT_EQ(claims->rich.digests[0].first, "/icn");
  }
}

TEST(PassportClaims, RichCallDataOfWrongShapeIsRefusedInShakenToo) {
  const struct {
    const char *more, *verdict;
  } kCases[] = {
      {R"("rcd":{"nam":""})", "NONE "},
      {R"("rcd":{"nam":"x","unknown":{}})", "NONE "},
      {R"("rcd":{})", "CLAIM_INVALID rcd"},
      {R"("rcd":null)", "CLAIM_INVALID rcd"},
      {R"("rcd":"Q")", "CLAIM_INVALID rcd"},
      {R"("rcd":{"icn":"https://a.example/q"})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":7})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"a\nb"})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","apn":"+12155550100"})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","apn":12155550100})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","icn":"data:image/png;base64,AAAA"})", "NONE "},
      {R"("rcd":{"nam":"x","icn":"data:text/html,x"})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","icn":"data:image/png"})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","icn":"http://a.example/q"})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","icn":"https://"})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","icn":"https://a.example/ q"})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","icn":["https://a.example/q"]})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","jcl":"http://a.example/j"})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","jcl":"https://bank.example@a.example/j"})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","jcl":"data:image/png,x"})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","jcd":["vcard",[["version",{},"text","4.0"]]]})", "NONE "},
      {R"("rcd":{"nam":"x","jcd":["vcard",[]],"jcl":"https://a.example/j"})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","jcd":{}})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","jcd":["vcard"]})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","jcd":["card",[]]})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","jcd":["vcard",[["fn",{},"text"]]]})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x","jcd":["vcard",[["fn","text",{},"x"]]]})", "CLAIM_INVALID rcd"},
      {R"("rcd":{"nam":"x"},"rcdi":{"/nam":"sha256-YWJj"})", "NONE "},
      {R"("rcd":{"nam":"x"},"rcdi":{"/nowhere":"sha256-YWJj"})", "NONE "},
      {R"("crn":"x","rcdi":{"/nam":"sha256-YWJj"})", "CLAIM_INVALID rcdi"},
      {R"("rcd":{"nam":"x"},"rcdi":{})", "CLAIM_INVALID rcdi"},
      {R"("rcd":{"nam":"x"},"rcdi":[])", "CLAIM_INVALID rcdi"},
      {R"("rcd":{"nam":"x"},"rcdi":{"nam":"sha256-YWJj"})", "CLAIM_INVALID rcdi"},
      {R"("rcd":{"nam":"x"},"rcdi":{"":"sha256-YWJj"})", "CLAIM_INVALID rcdi"},
      {R"("rcd":{"nam":"x"},"rcdi":{"/a~2":"sha256-YWJj"})", "CLAIM_INVALID rcdi"},
      {R"("rcd":{"nam":"x"},"rcdi":{"/nam":"sha-256-YWJj"})", "CLAIM_INVALID rcdi"},
      {R"("rcd":{"nam":"x"},"rcdi":{"/nam":"SHA256-YWJj"})", "CLAIM_INVALID rcdi"},
      {R"("rcd":{"nam":"x"},"rcdi":{"/nam":"sha1-YWJj"})", "CLAIM_INVALID rcdi"},
      {R"("rcd":{"nam":"x"},"rcdi":{"/nam":"sha256YWJj"})", "CLAIM_INVALID rcdi"},
      {R"("rcd":{"nam":"x"},"rcdi":{"/nam":"sha256-"})", "CLAIM_INVALID rcdi"},
      {R"("rcd":{"nam":"x"},"rcdi":{"/nam":"sha256-Y W"})", "CLAIM_INVALID rcdi"},
      {R"("rcd":{"nam":"x"},"rcdi":{"/nam":["sha256-YWJj"]})", "CLAIM_INVALID rcdi"},
      {R"("crn":"")", "CLAIM_INVALID crn"},
      {R"("crn":["x"])", "CLAIM_INVALID crn"},
      {R"("crn":7)", "CLAIM_INVALID crn"},
      {R"("crn":"a\u0000")", "CLAIM_INVALID crn"},
      {R"("crn":"x","iss":"")", "CLAIM_INVALID iss"},
      {R"("crn":"x","iss":{})", "CLAIM_INVALID iss"},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(Verdict(PassportType::kRcd, one.more), one.verdict) << one.more;
    EXPECT_EQ(Verdict(Shaken(one.more).status()), one.verdict) << one.more;
  }
}

TEST(PassportClaims, TextsForPeopleAndDigestsAreBounded) {
  const auto crn = [](size_t size) {
    return Verdict(PassportType::kRcd, absl::StrCat(R"("crn":")", std::string(size, 'x'), "\""));
  };
  EXPECT_EQ(crn(limits::kDisplayText), kGood);
  EXPECT_EQ(crn(limits::kDisplayText + 1), "CLAIM_INVALID crn");
  const auto rcdi = [](size_t count) {
    std::string digests;
    for (size_t i = 0; i < count; ++i) {
      absl::StrAppend(&digests, i == 0 ? "" : ",", "\"/", i, "\":\"sha256-YWJj\"");
    }
    return Verdict(PassportType::kRcd, absl::StrCat(R"("rcd":{"nam":"x"},"rcdi":{)", digests, "}"));
  };
  EXPECT_EQ(rcdi(limits::kRcdDigests), kGood);
  EXPECT_EQ(rcdi(limits::kRcdDigests + 1), "CLAIM_INVALID rcdi");
}

// Published tokens (tests/vectors/ORIGIN.md).
std::string JudgeToken(absl::string_view token, PassportType type) {
  const auto passport = SealedPassport::Parse(token);
  EXPECT_TRUE(passport.ok()) << passport.status();
  return Verdict(ParseClaims(passport->claims(), type).status());
}

TEST(PassportClaims, PublishedTokensAreJudgedAsTheirNotesSay) {
  const codec::JsonValue official = JsonVector("official.json");
  EXPECT_EQ(JudgeToken(TextOf(official, "rfc8946_base"), PassportType::kBase), kGood);
  EXPECT_EQ(JudgeToken(TextOf(official, "rfc8946_div"), PassportType::kDiv), kGood);
  EXPECT_EQ(JudgeToken(TextOf(official, "rfc8946_div-o"), PassportType::kDivO), "CLAIM_INVALID dest");
  EXPECT_EQ(JudgeToken(TextOf(official, "rfc8225_7_1"), PassportType::kBase), "CLAIM_INVALID iat");
  EXPECT_EQ(JudgeToken(TextOf(official, "rfc8225_appA"), PassportType::kBase), kGood);
  const codec::JsonValue derived = JsonVector("passports.json");
  EXPECT_EQ(JudgeToken(TextOf(derived, "rph"), PassportType::kRph), kGood);
  EXPECT_EQ(JudgeToken(TextOf(derived, "rph_sph"), PassportType::kRph), kGood);
  EXPECT_EQ(JudgeToken(TextOf(derived, "div"), PassportType::kDiv), kGood);
  EXPECT_EQ(JudgeToken(DemoToken("rcd"), PassportType::kRcd), kGood);
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

TEST(PassportType, EveryTypeIsItsPpt) {
  for (const PassportType type : kPassportTypes) EXPECT_EQ(ParsePpt(PptText(type)), type);
  EXPECT_EQ(PptText(PassportType::kDivO), "div-o");
  for (const char* text : {"base", "Shaken", "div-O", "divo", "rsp", " div"}) {
    EXPECT_EQ(ParsePpt(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace sti::stir
