#include "services/vs/call_facts.h"

#include <gtest/gtest.h>

#include "absl/strings/str_join.h"
#include "common/base/limits.h"
#include "common/base/reason.h"

namespace sti::vs {
namespace {

IncomingCall Call(std::string from, std::vector<std::string> asserted, std::string to,
                  std::string request_uri) {
  IncomingCall call;
  call.from = std::move(from);
  call.p_asserted_identity = std::move(asserted);
  call.to = std::move(to);
  call.request_uri = std::move(request_uri);
  return call;
}

stir::CallFacts Facts(const IncomingCall& call) { return FactsOf(call, {}).value(); }

// "REASON field"
std::string Refused(const IncomingCall& call) {
  const absl::Status status = FactsOf(call, {}).status();
  return std::string(ReasonName(ReasonOf(status))) + " " + FieldOf(status);
}

TEST(CallFactsTest, EveryCallerIsHandedOn) {
  const auto facts =
      Facts(Call("\"Anon\" <sip:anonymous@anonymous.invalid>",
                 {"<sip:+12155550121@sp.example>", "tel:+1-215-555-0122"}, "+12155550131", ""));
  ASSERT_EQ(facts.asserted.size(), 2u);
  EXPECT_EQ(PartyText(facts.asserted[0]), "12155550121");
  EXPECT_EQ(PartyText(facts.asserted[1]), "12155550122");
  EXPECT_EQ(PartyText(facts.from.value()), "sip:anonymous@anonymous.invalid");
}

TEST(CallFactsTest, ToAndRequestUriAreKeptApart) {
  const auto facts = Facts(Call("+12155550121", {}, "+12155550131", "sip:+12155550199@sp.example"));
  EXPECT_EQ(PartyText(facts.to.value()), "12155550131");
  EXPECT_EQ(PartyText(facts.request_uri.value()), "12155550199");
}

TEST(CallFactsTest, ToMayBeAbsent) {
  const auto facts = Facts(Call("+12155550121", {}, "", "sip:+12155550199@sp.example;user=phone"));
  EXPECT_FALSE(facts.to);
  EXPECT_EQ(PartyText(facts.request_uri.value()), "12155550199");
}

TEST(CallFactsTest, NumbersAreCanonicalizedByThePlan) {
  const auto facts = Facts(Call("(215) 555-0121", {}, "011 33 612345678", ""));
  EXPECT_EQ(PartyText(facts.from.value()), "12155550121");
  EXPECT_EQ(PartyText(facts.to.value()), "33612345678");
}

TEST(CallFactsTest, WhatIsMissingIsNamed) {
  EXPECT_EQ(Refused(Call("", {}, "+12155550131", "")), "MISSING_FIELD from");
  EXPECT_EQ(Refused(Call("+12155550121", {}, "", "")), "MISSING_FIELD to");
}

TEST(CallFactsTest, WhatIsInvalidIsNamed) {
  EXPECT_EQ(Refused(Call("mailto:x", {}, "+12155550131", "")), "INVALID_FIELD from");
  EXPECT_EQ(Refused(Call("", {"+12155550121", "<<"}, "+12155550131", "")),
            "INVALID_FIELD p_asserted_identity[1]");
  EXPECT_EQ(Refused(Call("+12155550121", {}, "<", "")), "INVALID_FIELD to");
  EXPECT_EQ(Refused(Call("+12155550121", {}, "", "http://x")), "INVALID_FIELD request_uri");
}

TEST(CallFactsTest, TooMuchIsRefused) {
  const std::string number = "+12155550121";
  EXPECT_TRUE(
      FactsOf(Call("", std::vector<std::string>(limits::kAssertedIdentities, number), number, ""), {}).ok());
  EXPECT_EQ(Refused(Call("", std::vector<std::string>(limits::kAssertedIdentities + 1, number), number, "")),
            "TOO_LARGE p_asserted_identity");
  EXPECT_EQ(Refused(Call("sip:" + std::string(limits::kSipUri, 'a') + "@b", {}, number, "")),
            "TOO_LARGE from");
}

TEST(CallFactsTest, TheDisplayNameIsTheOneGivenElseTheAssertedElseFroms) {
  const std::string number = "+12155550131";
  const auto name = [&](const std::string& from, std::vector<std::string> asserted) {
    return Facts(Call(from, std::move(asserted), number, "")).display_name.value_or("(none)");
  };
  EXPECT_EQ(name("\"Alice \\\"A\\\" <x>\" <sip:+12155550121@a>", {}), "Alice \"A\" <x>");
  EXPECT_EQ(name(" Alice  Wonder <sip:+12155550121@a>", {}), "Alice  Wonder");
  EXPECT_EQ(name("<sip:+12155550121@a>", {}), "(none)");
  EXPECT_EQ(name("\"\" <sip:+12155550121@a>", {}), "(none)");
  EXPECT_EQ(name("sip:+12155550121@a", {}), "(none)");
  EXPECT_EQ(name("\"Anonymous\" <sip:anonymous@anonymous.invalid>",
                 {"tel:+12155550121", "\"Al\" <tel:+12155550121>"}),
            "Al");
  IncomingCall call = Call("\"From\" <sip:+12155550121@a>", {}, number, "");
  call.display_name = "";
  EXPECT_EQ(Facts(call).display_name, "");
}

TEST(IdentitiesOfTest, TakesJoinedHeadersApartAndKeepsTheOrder) {
  IncomingCall call;
  call.identity = {"a;info=<https://x/1,2>", "b;info=<https://y>,c;x=\"1,2\""};
  EXPECT_EQ(IdentitiesOf(call),
            (std::vector<std::string>{"a;info=<https://x/1,2>", "b;info=<https://y>", "c;x=\"1,2\""}));
}

TEST(IdentitiesOfTest, AnEmptyHeaderIsNotAnAbsentOne) {
  IncomingCall call;
  EXPECT_TRUE(IdentitiesOf(call).empty());
  call.identity = {""};
  EXPECT_EQ(IdentitiesOf(call).size(), 1u);
}

// One too many is what the verdict knows it by; an error would spare the call its verdict.
TEST(IdentitiesOfTest, HandsOnOneHeaderTooManyAndNoMore) {
  constexpr size_t kMost = limits::kIdentityHeadersPerCall;
  IncomingCall call;
  call.identity.assign(kMost, "a");
  EXPECT_EQ(IdentitiesOf(call).size(), kMost);
  call.identity.back() = "a,b";
  EXPECT_EQ(IdentitiesOf(call).size(), kMost + 1);
  call.identity.assign(kMost + 2, "a");
  EXPECT_EQ(IdentitiesOf(call).size(), kMost + 1);
  call.identity = {absl::StrJoin(std::vector<std::string>(100, "a"), ",")};
  EXPECT_EQ(IdentitiesOf(call).size(), kMost + 1);
}

TEST(IdentitiesOfTest, CutsOffWhatIsTooLongToBeTakenApart) {
  IncomingCall call;
  call.identity = {std::string(limits::kIdentityHeader * limits::kIdentityHeadersPerCall + 1, ','), "b"};
  const std::vector<std::string> values = IdentitiesOf(call);
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0].size(), limits::kIdentityHeader + 1) << "too long for one";
  EXPECT_EQ(values[1], "b");
}

TEST(FactsOfTest, ResourcePrioritiesAreTakenApart) {
  IncomingCall call;
  call.from = "12155550121";
  call.to = "12155550131";
  call.resource_priority = {"ets.0, wps.1", "esnet.0,"};
  call.priority = "psap-callback";
  call.display_name = "Alice";
  const auto facts = FactsOf(call, stir::NumberingPlan());
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->resource_priority, (std::vector<std::string>{"ets.0", "wps.1", "esnet.0"}));
  EXPECT_EQ(facts->priority, "psap-callback");
  EXPECT_EQ(facts->display_name, "Alice");
  call.resource_priority.assign(32, "ets.0");
  EXPECT_TRUE(FactsOf(call, stir::NumberingPlan()).ok());
  call.resource_priority.emplace_back("ets.0");
  EXPECT_EQ(ReasonOf(FactsOf(call, stir::NumberingPlan()).status()), Reason::kTooLarge);
}

}  // namespace
}  // namespace sti::vs
