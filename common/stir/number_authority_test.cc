#include "common/stir/number_authority.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/base64url.h"
#include "common/codec/json.h"
#include "common/jose/jws.h"
#include "common/stir/vectors_testing.h"

namespace sti::stir {
namespace {

using Answer = NumberAuthority::Answer;
using Authority = std::shared_ptr<const NumberAuthority>;

TelephoneNumber Number(absl::string_view digits) { return TelephoneNumber::FromClaim(digits).value(); }

absl::StatusOr<Authority> Make(std::vector<NumberRange> ranges) {
  return NumberAuthority::Create({7, DemoTime() + absl::Hours(24), std::move(ranges)});
}
Reason MakeReason(std::vector<NumberRange> ranges) { return ReasonOf(Make(std::move(ranges)).status()); }

TEST(NumberAuthority, AnswersAtTheEdgesOfARange) {
  const Authority list = Make({{"1234", "12155551000", 1000}, {"5678", "12155552000", 1}}).value();
  EXPECT_EQ(list->Ask(Number("12155550999"), "1234"), Answer::kUnknown);
  EXPECT_EQ(list->Ask(Number("12155551000"), "1234"), Answer::kAssigned);
  EXPECT_EQ(list->Ask(Number("12155551999"), "1234"), Answer::kAssigned);
  EXPECT_EQ(list->Ask(Number("12155551999"), "5678"), Answer::kOtherProvider);
  EXPECT_EQ(list->Ask(Number("12155552000"), "1234"), Answer::kOtherProvider);
  EXPECT_EQ(list->Ask(Number("12155552000"), "5678"), Answer::kAssigned);
  EXPECT_EQ(list->Ask(Number("12155552001"), "5678"), Answer::kUnknown);
  EXPECT_EQ(list->Ask(Number("12155552000"), ""), Answer::kOtherProvider);
}

TEST(NumberAuthority, NumbersOfAnotherLengthAreOthers) {
  const Authority list = Make({{"1234", "0100", 100}, {"5678", "100", 100}}).value();
  EXPECT_EQ(list->Ask(Number("0150"), "1234"), Answer::kAssigned);
  EXPECT_EQ(list->Ask(Number("150"), "1234"), Answer::kOtherProvider);
  EXPECT_EQ(list->Ask(Number("00150"), "1234"), Answer::kUnknown);
  EXPECT_EQ(list->Ask(Number("*150"), "1234"), Answer::kUnknown);
  EXPECT_EQ(list->Ask(Number("12345678901234567890123"), "1234"), Answer::kUnknown);
}

TEST(NumberAuthority, EmptyListKnowsNobody) {
  const Authority list = Make({}).value();
  EXPECT_EQ(list->size(), 0U);
  EXPECT_EQ(list->Ask(Number("12155551000"), "1234"), Answer::kUnknown);
}

TEST(NumberAuthority, RangesOfTwoProvidersMayTouchButNotOverlap) {
  EXPECT_EQ(MakeReason({{"1234", "12155551000", 1000}, {"5678", "12155552000", 10}}), Reason::kNone);
  EXPECT_EQ(MakeReason({{"1234", "12155551000", 1001}, {"5678", "12155552000", 10}}),
            Reason::kNumberListInvalid);
  EXPECT_EQ(MakeReason({{"5678", "12155551500", 1}, {"1234", "12155551000", 1000}}),
            Reason::kNumberListInvalid);
  // Behind a short range within the long one.
  EXPECT_EQ(
      MakeReason({{"1234", "12155551000", 1000}, {"1234", "12155551001", 2}, {"5678", "12155551999", 1}}),
      Reason::kNumberListInvalid);
  EXPECT_EQ(
      MakeReason({{"1234", "12155551000", 1000}, {"1234", "12155551001", 2}, {"5678", "12155552000", 1}}),
      Reason::kNone);
}

TEST(NumberAuthority, ErrorNamesBothProviders) {
  const absl::Status status = Make({{"1234", "12155551000", 1000}, {"848J", "12155551999", 1}}).status();
  EXPECT_NE(status.message().find("12155551999 is assigned to SPCs 1234 and 848J"), std::string::npos)
      << status;
}

TEST(NumberAuthority, RangesOfOneProviderMayOverlapAndAreJoined) {
  const Authority list =
      Make({{"1234", "12155551500", 700}, {"1234", "12155551000", 1000}, {"1234", "12155552200", 1}}).value();
  EXPECT_EQ(list->size(), 1U);
  EXPECT_EQ(list->Ask(Number("12155552200"), "1234"), Answer::kAssigned);
  EXPECT_EQ(list->Ask(Number("12155552201"), "1234"), Answer::kUnknown);
}

TEST(NumberAuthority, EntriesThatAreNoRangesAreRefused) {
  EXPECT_EQ(MakeReason({{"1234", "99", 1}}), Reason::kNone);
  EXPECT_EQ(MakeReason({{"1234", "99", 2}}), Reason::kNumberListInvalid);
  EXPECT_EQ(MakeReason({{"1234", "00", 100}}), Reason::kNone);
  EXPECT_EQ(MakeReason({{"1234", "00", 101}}), Reason::kNumberListInvalid);
  EXPECT_EQ(MakeReason({{"1234", "12", UINT64_MAX}}), Reason::kNumberListInvalid);
  EXPECT_EQ(MakeReason({{"1234", "12", 0}}), Reason::kNumberListInvalid);
  EXPECT_EQ(MakeReason({{"1234", "999999999999999", 1}}), Reason::kNone);
  for (const char* start : {"", "+12155551000", "1215 555", "*67", "1000000000000000", "-1", "0x1"})
    EXPECT_EQ(MakeReason({{"1234", start, 1}}), Reason::kNumberListInvalid) << start;
  for (const char* spc : {"", "12 4", "abcd", "12\x01"})
    EXPECT_EQ(MakeReason({{spc, "12155551000", 1}}), Reason::kNumberListInvalid) << spc;
}

TEST(NumberAuthority, NumberOfRangesIsBounded) {
  std::vector<NumberRange> ranges;
  for (size_t i = 0; i < limits::kNumberListRanges; ++i)
    ranges.push_back({"1234", absl::StrCat(12000000000 + 10 * i), 5});
  const auto full = Make(ranges);
  ASSERT_TRUE(full.ok()) << full.status();
  EXPECT_EQ((*full)->size(), limits::kNumberListRanges);
  EXPECT_EQ((*full)->Ask(Number("12000000014"), "1234"), Answer::kAssigned);
  EXPECT_EQ((*full)->Ask(Number("12000000015"), "1234"), Answer::kUnknown);
  ranges.push_back({"1234", "1", 1});
  EXPECT_EQ(MakeReason(ranges), Reason::kTooLarge);
}

// Random ranges over the numbers 000 to 999: the answers must be those of a table of every number.
TEST(NumberAuthority, AgreesWithATableOfNumbers) {
  uint64_t state = 20261123;
  const auto below = [&state](uint64_t bound) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33U) % bound;
  };
  int valid = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<NumberRange> ranges;
    std::map<uint64_t, std::string> owners;
    bool overlap = false;
    const size_t size = 1 + below(6);
    while (ranges.size() < size) {
      const uint64_t start = below(960);
      const uint64_t count = 1 + below(40);
      const std::string spc = below(2) == 0 ? "1234" : "5678";
      for (uint64_t n = start; n < start + count; ++n)
        overlap = overlap || owners.emplace(n, spc).first->second != spc;
      ranges.push_back({spc, absl::StrCat(absl::Dec(start, absl::kZeroPad3)), count});
    }
    const auto list = Make(ranges);
    ASSERT_EQ(list.ok(), !overlap) << "round " << round << list.status();
    if (!list.ok()) continue;
    ++valid;
    for (uint64_t n = 0; n < 1000; ++n) {
      const auto owner = owners.find(n);
      const Answer expected = owner == owners.end()     ? Answer::kUnknown
                              : owner->second == "1234" ? Answer::kAssigned
                                                        : Answer::kOtherProvider;
      ASSERT_EQ((*list)->Ask(Number(absl::StrCat(absl::Dec(n, absl::kZeroPad3))), "1234"), expected)
          << "round " << round << ": " << n;
    }
  }
  EXPECT_GT(valid, 500);
}

// The signed document.

absl::StatusOr<Authority> Verify(absl::string_view jws, int64_t min_sequence = 0,
                                 absl::Time now = DemoTime()) {
  return VerifyNumberAuthority(jws, DemoCertificate("pa-root.pem"), nullptr, min_sequence, now);
}
Reason ReasonFor(absl::string_view jws, int64_t min_sequence = 0, absl::Time now = DemoTime()) {
  return ReasonOf(Verify(jws, min_sequence, now).status());
}

NumberAuthorityContents DemoContents() {
  return {7,
          DemoTime() + absl::Hours(24),
          {{"1234", "12155551000", 1000}, {"1234", "12155550121", 1}, {"5678", "12155552000", 10}}};
}

absl::StatusOr<std::string> Sign(const NumberAuthorityContents& contents,
                                 const char* certificate = "pa-token-signer.pem",
                                 const char* key = "pa-token-signer.key") {
  return SignNumberAuthority(contents, {DemoCertificate(certificate)}, *DemoKey(key));
}

// Signed by the demo PA's signer, whatever the payload is.
std::string Signed(absl::string_view payload) {
  const codec::JsonValue header(codec::JsonObject{
      {"alg", "ES256"},
      {"x5c", codec::JsonArray{codec::Base64Encode(DemoCertificate("pa-token-signer.pem").der())}}});
  return jose::SignJws(codec::CanonicalJson(header), payload, *DemoKey("pa-token-signer.key")).value();
}

TEST(NumberList, ForeignListVerifies) {
  const codec::JsonValue lists = JsonVector("number_list.json");
  const auto list = Verify(TextOf(lists, "good"));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ((*list)->sequence(), 5);
  EXPECT_EQ((*list)->expires(), absl::FromUnixSeconds(1956528000));
  EXPECT_EQ((*list)->size(), 4U);  // two ranges adjoin
  EXPECT_EQ((*list)->Ask(Number("12155550121"), "1234"), Answer::kAssigned);
  EXPECT_EQ((*list)->Ask(Number("12155552009"), "1234"), Answer::kAssigned);
  EXPECT_EQ((*list)->Ask(Number("12155552010"), "1234"), Answer::kOtherProvider);
  EXPECT_EQ((*list)->Ask(Number("12155552099"), "5678"), Answer::kAssigned);
  EXPECT_EQ((*list)->Ask(Number("12155552100"), "5678"), Answer::kUnknown);
}

TEST(NumberList, ForeignListWithANumberOfTwoProvidersIsRefused) {
  const codec::JsonValue lists = JsonVector("number_list.json");
  EXPECT_EQ(ReasonFor(TextOf(lists, "overlap")), Reason::kNumberListInvalid);
}

TEST(NumberList, OwnListIsReadBack) {
  const auto list = Verify(Sign(DemoContents()).value());
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ((*list)->sequence(), 7);
  EXPECT_EQ((*list)->expires(), DemoTime() + absl::Hours(24));
  EXPECT_EQ((*list)->size(), 3U);
  EXPECT_EQ((*list)->Ask(Number("12155550121"), "1234"), Answer::kAssigned);
  EXPECT_EQ((*list)->Ask(Number("12155552009"), "5678"), Answer::kAssigned);
}

TEST(NumberList, SameContentsGiveTheSamePayload) {
  NumberAuthorityContents contents = DemoContents();
  std::string payload = jose::ParseJws(Sign(contents).value(), limits::kNumberList)->payload;
  EXPECT_EQ(
      payload,
      R"({"exp":1735776000,"numbers":[{"ranges":[["12155551000",1000]],"spc":"1234","tn":["12155550121"]},)"
      R"({"ranges":[["12155552000",10]],"spc":"5678"}],"sequence":7,"version":"1.0"})");
}

TEST(NumberList, FullListFitsTheBound) {
  NumberAuthorityContents contents = DemoContents();
  contents.ranges.clear();
  for (size_t i = 0; i < limits::kNumberListRanges; ++i)
    contents.ranges.push_back({absl::StrCat(1000 + i % 4000), absl::StrCat(12000000000 + 100 * i), 10});
  const std::string jws = Sign(contents).value();
  EXPECT_LT(jws.size(), limits::kNumberList);
  const auto list = Verify(jws);
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ((*list)->size(), limits::kNumberListRanges);
  contents.ranges.push_back({"1234", "1", 1});
  EXPECT_EQ(ReasonOf(Sign(contents).status()), Reason::kTooLarge);
}

TEST(NumberList, RollbackIsRefused) {
  const std::string jws = Sign(DemoContents()).value();
  EXPECT_EQ(ReasonFor(jws, 7), Reason::kNone);
  EXPECT_EQ(ReasonFor(jws, 8), Reason::kNumberListRollback);
}

TEST(NumberList, ExpiryIsRefused) {
  const std::string jws = Sign(DemoContents()).value();
  const absl::Time expires = DemoContents().expires;
  EXPECT_EQ(ReasonFor(jws, 0, expires - absl::Seconds(1)), Reason::kNone);
  EXPECT_EQ(ReasonFor(jws, 0, expires), Reason::kNumberListExpired);
}

TEST(NumberList, MalformedPayloadsAreRefused) {
  const auto with_numbers = [](absl::string_view numbers) {
    return Signed(absl::StrCat(R"({"exp":1735693200,"sequence":1,"version":"1.0","numbers":)", numbers, "}"));
  };
  EXPECT_EQ(ReasonFor(with_numbers(R"([{"spc":"1234","tn":["1"],"ranges":[["20",2]],"x":1}])")),
            Reason::kNone);
  EXPECT_EQ(ReasonFor(with_numbers("[]")), Reason::kNone);
  for (const char* numbers :
       {"{}", "null", "[1]", "[[]]", R"([{"tn":["1"]}])", R"([{"spc":1,"tn":["1"]}])",
        R"([{"spc":"1234","tn":"1"}])", R"([{"spc":"1234","tn":[1]}])", R"([{"spc":"1234","tn":["+1"]}])",
        R"([{"spc":"1234","ranges":{}}])", R"([{"spc":"1234","ranges":["10"]}])",
        R"([{"spc":"1234","ranges":[["10"]]}])", R"([{"spc":"1234","ranges":[["10",2,3]]}])",
        R"([{"spc":"1234","ranges":[["10","2"]]}])", R"([{"spc":"1234","ranges":[["10",0]]}])",
        R"([{"spc":"1234","ranges":[["10",-1]]}])", R"([{"spc":"1234","ranges":[["10",2.5]]}])",
        R"([{"spc":"1234","ranges":[["99",2]]}])",
        R"([{"spc":"1234","tn":["1"]},{"spc":"5678","tn":["1"]}])"}) {
    EXPECT_EQ(ReasonFor(with_numbers(numbers)), Reason::kNumberListInvalid) << numbers;
  }
  for (const char* payload :
       {"", "[]", R"({"numbers":[],"sequence":1,"version":"1.0"})",
        R"({"exp":1735693200,"numbers":[],"version":"1.0"})",
        R"({"exp":1735693200,"sequence":1,"version":"1.0"})",
        R"({"exp":1735693200,"numbers":[],"sequence":1})",
        R"({"exp":1735693200,"numbers":[],"sequence":-1,"version":"1.0"})",
        R"({"exp":"1735693200","numbers":[],"sequence":1,"version":"1.0"})",
        R"({"exp":1735693200,"numbers":[],"sequence":1,"version":"2.0"})",
        R"({"exp":1735693200,"numbers":[],"sequence":1,"sequence":2,"version":"1.0"})"}) {
    EXPECT_EQ(ReasonFor(Signed(payload)), Reason::kNumberListInvalid) << payload;
  }
}

TEST(NumberList, OnlyTheDocumentSignerOfThePaIsBelieved) {
  EXPECT_EQ(ReasonFor(Sign(DemoContents(), "pa-crl-signer.pem", "pa-crl-signer.key").value()),
            Reason::kNumberListInvalid);
  EXPECT_EQ(ReasonFor(Sign(DemoContents(), "leaf1234.pem", "leaf1234.key").value()),
            Reason::kNumberListInvalid);
  EXPECT_EQ(ReasonOf(Sign(DemoContents(), "pa-token-signer.pem", "leaf1234.key").status()),
            Reason::kKeyMismatch);
  EXPECT_EQ(ReasonOf(SignNumberAuthority(DemoContents(), {}, *DemoKey("pa-token-signer.key")).status()),
            Reason::kMissingField);
}

// A trust list is signed by the same key: it must not pass for a number list.
TEST(NumberList, TrustListIsNoNumberList) {
  EXPECT_EQ(ReasonFor(Signed(R"({"exp":1735693200,"sequence":1,"trustList":[],"version":"1.0"})")),
            Reason::kNumberListInvalid);
}

TEST(NumberList, AChangedListIsRefused) {
  std::string jws = Sign(DemoContents()).value();
  const size_t middle = jws.size() / 2;
  jws[middle] = jws[middle] == 'A' ? 'B' : 'A';
  EXPECT_EQ(ReasonFor(jws), Reason::kNumberListInvalid);
}

TEST(NumberList, SizeIsBounded) {
  EXPECT_EQ(ReasonFor(std::string(limits::kNumberList + 1, 'a')), Reason::kTooLarge);
}

TEST(NumberList, WhatNoVerifierWouldAcceptIsNotSigned) {
  NumberAuthorityContents contents = DemoContents();
  contents.ranges.push_back({"5678", "12155551999", 1});
  EXPECT_EQ(ReasonOf(Sign(contents).status()), Reason::kNumberListInvalid);
}

}  // namespace
}  // namespace sti::stir
