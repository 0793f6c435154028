// tests/vectors/passport_types.json: PASSporTs of every type that python3-cryptography made.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/stir/compact_form.h"
#include "common/stir/passport.h"
#include "common/stir/passport_claims.h"
#include "common/stir/vectors_testing.h"

namespace sti::stir {
namespace {

struct Row {
  std::string name, token, payload, x5u, reason, claim;
  PassportType type = PassportType::kBase;
  bool compact() const { return IsCompactForm(token); }
};

std::vector<Row> Rows() {
  std::vector<Row> rows;
  const codec::JsonValue vectors = JsonVector("passport_types.json");
  for (const codec::JsonValue& one : *vectors.if_array()) {
    const std::string type = TextOf(one, "type");
    rows.push_back({TextOf(one, "name"), TextOf(one, "token"), TextOf(one, "payload"), TextOf(one, "x5u"),
                    TextOf(one, "reason"), TextOf(one, "claim"),
                    type == "base" ? PassportType::kBase : ParsePpt(type).value()});
  }
  return rows;
}

crypto::VerifyingKey DemoVerifyingKey() { return DemoCertificate("leaf1234.pem").Es256Key().value(); }

TEST(PassportTypesVectors, EachRowIsJudgedAsItsAuthorSays) {
  const crypto::VerifyingKey key = DemoVerifyingKey();
  size_t good = 0, bad = 0;
  for (const Row& row : Rows()) {
    if (row.compact()) continue;
    const auto passport = SealedPassport::Parse(row.token);
    ASSERT_TRUE(passport.ok()) << row.name << passport.status();
    EXPECT_EQ(key.Verify(passport->signing_input(), passport->signature()), row.reason != "SIGNATURE_INVALID")
        << row.name;
    const absl::Status status = ParseClaims(passport->claims(), row.type).status();
    EXPECT_EQ(FieldOf(status), row.claim) << row.name;
    if (row.reason != "SIGNATURE_INVALID") {
      EXPECT_EQ(ReasonName(ReasonOf(status)), row.reason) << row.name << status;
    }
    ++(status.ok() ? good : bad);
  }
  EXPECT_GT(good, 40u);
  EXPECT_GT(bad, 150u);
}

TEST(PassportTypesVectors, PayloadsAreWrittenAsTheirAuthorWroteThem) {
  for (const Row& row : Rows()) {
    // What is ignored is not written.
    if (row.reason != "NONE" || absl::StrContains(row.name, "ignores") ||
        absl::StrContains(row.name, "another rph")) {
      continue;
    }
    const auto claims = ParseClaims(codec::ParseJson(row.payload, limits::kJson).value(), row.type);
    ASSERT_TRUE(claims.ok()) << row.name;
    EXPECT_EQ(SerializeClaims(*claims), row.payload);
    EXPECT_TRUE(CheckClaims(*claims).ok()) << row.name;
  }
}

TEST(PassportTypesVectors, NoTypeTakesTheClaimsOfAnother) {
  const std::pair<const char*, PassportType> kForeign[] = {
      {"base: numbers", PassportType::kShaken},   {"base: numbers", PassportType::kDiv},
      {"base: numbers", PassportType::kRph},      {"base: numbers", PassportType::kRcd},
      {"shaken: plain", PassportType::kRcd},      {"div: of the shaken one", PassportType::kDivO},
      {"div-o: around a div", PassportType::kDiv}};
  for (const auto& [name, type] : kForeign) {
    for (const Row& row : Rows()) {
      if (row.name != name) continue;
      EXPECT_FALSE(ParseClaims(codec::ParseJson(row.payload, limits::kJson).value(), type).ok()) << name;
    }
  }
}

// --- compact form

TelephoneNumber Number(absl::string_view digits) { return TelephoneNumber::FromClaim(digits).value(); }

// What signalling says about the call of a row, among other things that it might mean.
CompactFacts FactsOf(const Row& row) {
  const auto claims = ParseClaims(codec::ParseJson(row.payload, limits::kJson).value(), PassportType::kBase);
  CompactFacts facts;
  facts.orig = {Number("12155550122"), claims->orig};
  facts.dest = {CanonicalUri{"sip:proxy@example.com"}};
  if (claims->dest_uri.empty()) {
    facts.dest.emplace_back(claims->dest_tn[0]);
  } else {
    facts.dest.emplace_back(claims->dest_uri[0]);
  }
  facts.iat = {claims->iat};
  facts.x5u = row.x5u;
  facts.media_keys = claims->mky;
  return facts;
}

// The claims that the signature covers.
std::vector<PassportClaims> Found(const Row& row, const CompactFacts& facts) {
  const std::string signature = CompactSignature(row.token).value();
  std::vector<PassportClaims> found;
  for (const CompactCandidate& candidate : CompactCandidates(facts)) {
    if (DemoVerifyingKey().Verify(candidate.signing_input, signature)) found.push_back(candidate.claims);
  }
  return found;
}

TEST(CompactForm, WhatWasSignedIsFoundInSignalling) {
  size_t rows = 0;
  for (const Row& row : Rows()) {
    if (!row.compact()) continue;
    ++rows;
    const std::vector<PassportClaims> found = Found(row, FactsOf(row));
    ASSERT_EQ(found.size(), 1u) << row.name;
    EXPECT_EQ(SerializeClaims(found[0]), row.payload);
    EXPECT_EQ(found[0].type, PassportType::kBase);
  }
  EXPECT_EQ(rows, 3u);
}

TEST(CompactForm, AnyOtherFactIsNotWhatWasSigned) {
  for (const Row& row : Rows()) {
    if (!row.compact()) continue;
    CompactFacts facts = FactsOf(row);
    facts.orig.pop_back();
    EXPECT_TRUE(Found(row, facts).empty()) << row.name;
    facts = FactsOf(row);
    facts.dest.pop_back();
    EXPECT_TRUE(Found(row, facts).empty()) << row.name;
    facts = FactsOf(row);
    ++facts.iat[0];
    EXPECT_TRUE(Found(row, facts).empty()) << row.name;
    facts = FactsOf(row);
    facts.x5u += "x";
    EXPECT_TRUE(Found(row, facts).empty()) << row.name;
    facts = FactsOf(row);
    if (facts.media_keys.empty()) {
      facts.media_keys = {{"sha-1", std::string(40, 'A')}};
    } else {
      facts.media_keys.pop_back();
    }
    EXPECT_TRUE(Found(row, facts).empty()) << row.name;
  }
}

TEST(CompactForm, CandidatesAreSingleAndBounded) {
  CompactFacts facts;
  facts.x5u = "https://cr.example.net/1234.pem";
  EXPECT_TRUE(CompactCandidates(facts).empty());
  facts.orig = {Number("1"), Number("1"), Number("2")};
  facts.dest = {Number("3")};
  EXPECT_TRUE(CompactCandidates(facts).empty());
  facts.iat = {7, 7};
  EXPECT_EQ(CompactCandidates(facts).size(), 2u);
  for (int i = 0; i < 50; ++i) facts.orig.emplace_back(Number(absl::StrCat(100 + i)));
  EXPECT_EQ(CompactCandidates(facts).size(), kCompactCandidates);
}

TEST(CompactForm, OnlyTwoDotsAndASignatureAreOne) {
  EXPECT_EQ(CompactSignature("..YWJj").value(), "abc");
  for (const char* bad : {"", ".", "..YWJ", "..YWJj=", "..YW.Jj", "...YWJj", ".YWJj", "a..YWJj", "..YW Jj"}) {
    EXPECT_EQ(ReasonOf(CompactSignature(bad).status()), Reason::kPassportMalformed) << bad;
  }
  EXPECT_EQ(ReasonOf(CompactSignature(absl::StrCat("..", std::string(limits::kPassport, 'a'))).status()),
            Reason::kPassportTooLarge);
}

// Published in RFC 8225 s7.1. Its signature covers an iat that is a string (erratum 5985), which is never
// rebuilt.
TEST(CompactForm, TheExampleOfTheRfcIsNotRebuilt) {
  CompactFacts facts;
  facts.orig = {Number("12155551212")};
  facts.dest = {CanonicalUri{"sip:alice@example.com"}};
  facts.iat = {1443208345};
  facts.x5u = "https://cert.example.org/passport.cer";
  const auto candidates = CompactCandidates(facts);
  ASSERT_EQ(candidates.size(), 1u);
  const std::string full = TextOf(JsonVector("official.json"), "rfc8225_7_1");
  const std::string input = full.substr(0, full.rfind('.'));
  EXPECT_EQ(candidates[0].signing_input.substr(0, candidates[0].signing_input.find('.')),
            input.substr(0, input.find('.')));
  EXPECT_NE(candidates[0].signing_input, input);
}

}  // namespace
}  // namespace sti::stir
