#include "services/vs/pasted_call.h"

#include <gtest/gtest.h>

#include <string>

#include "common/base/reason.h"
#include "common/stir/check_list.h"
#include "services/vs/check_words.h"

namespace sti::vs {
namespace {

TEST(ReadPastedTest, AWholeRequestIsRead) {
  const IncomingCall call = ReadPasted(
      "INVITE sip:+12155550131@vs.example;user=phone SIP/2.0\n"
      "Via: SIP/2.0/TLS sbc.example\n"
      "f: \"Alice\" <sip:+12155550121@a.example>;tag=1\n"
      "TO : <sip:+12155550131@b.example>\n"
      "P-Asserted-Identity: <sip:+12155550121@a.example>\n"
      "p-asserted-identity: <tel:+12155550121>\n"
      "Date: Mon, 23 Nov 2026 22:05:09 GMT\n"
      "Priority: emergency\n"
      "Identity: eyJ.eyJ.sig;info=<https://a.example/c.pem>\n"
      " ;alg=ES256\n"
      "y: eyJ2;ppt=shaken\n"
      "\n"
      "v=0\n"
      "Identity: not a header any more\n");
  EXPECT_EQ(call.request_uri, "sip:+12155550131@vs.example;user=phone");
  EXPECT_EQ(call.from, "\"Alice\" <sip:+12155550121@a.example>;tag=1");
  EXPECT_EQ(call.to, "<sip:+12155550131@b.example>");
  EXPECT_EQ(call.p_asserted_identity.size(), 2);
  EXPECT_EQ(call.date, absl::FromUnixSeconds(1795471509));
  EXPECT_EQ(call.priority, "emergency");
  EXPECT_EQ(call.identity, (std::vector<std::string>{"eyJ.eyJ.sig;info=<https://a.example/c.pem> ;alg=ES256",
                                                     "eyJ2;ppt=shaken"}));
}

TEST(ReadPastedTest, BareValuesAreIdentities) {
  EXPECT_EQ(ReadPasted("eyJa;info=<https://x/>\n\neyJb\n").identity,
            (std::vector<std::string>{"eyJa;info=<https://x/>", "eyJb"}));
  // A mail program broke the line.
  EXPECT_EQ(ReadPasted("eyJabc\ndef.ghi;info=<https://x/>").identity,
            (std::vector<std::string>{"eyJabcdef.ghi;info=<https://x/>"}));
  EXPECT_EQ(ReadPasted("garbage").identity, (std::vector<std::string>{"garbage"}));
  EXPECT_TRUE(ReadPasted("").identity.empty());
  EXPECT_TRUE(ReadPasted(" \n\t\n").identity.empty());
}

TEST(TimeFromTest, ReadsWhatPeopleWrite) {
  const absl::Time time = absl::FromUnixSeconds(1795471509);
  for (const char* text : {"2026-11-23T22:05:09Z", "2026-11-23T23:05:09+01:00", "2026-11-23 22:05:09",
                           "2026-11-23T22:05:09", "Mon, 23 Nov 2026 22:05:09 GMT", " 1795471509 "}) {
    EXPECT_EQ(TimeFrom(text), time) << text;
  }
  EXPECT_EQ(TimeFrom("2026-11-23T22:05"), time - absl::Seconds(9));
  for (const char* text :
       {"", "yesterday", "-1", "253402300800", "2026-13-01T00:00:00Z", "infinite-future", "now"}) {
    EXPECT_EQ(TimeFrom(text), std::nullopt) << text;
  }
}

TEST(PastedCallTest, FieldsCountInsteadOfThePasted) {
  const auto pasted = PastedCallFrom({{"pasted", "From: <tel:+1>\nTo: <tel:+2>\nIdentity: x"},
                                      {"from", " 12155550121 "},
                                      {"as_of", "now"},
                                      {"profile", "man"}});
  ASSERT_TRUE(pasted.ok()) << pasted.status();
  EXPECT_EQ(pasted->call.from, "12155550121");
  EXPECT_EQ(pasted->call.to, "<tel:+2>");
  EXPECT_EQ(pasted->call.at, std::nullopt);
  EXPECT_TRUE(pasted->call.dry_run);
  EXPECT_EQ(pasted->profile, "man");
}

TEST(PastedCallTest, TheMomentIsTheSignersUnlessGiven) {
  // {"alg":"ES256"} . {"iat":1700000000} as python's base64.urlsafe_b64encode has them.
  const std::string identity = "eyJhbGciOiJFUzI1NiJ9.eyJpYXQiOjE3MDAwMDAwMDB9.c2ln;info=<https://x.example/>";
  auto pasted = PastedCallFrom({{"pasted", identity}});
  ASSERT_TRUE(pasted.ok());
  EXPECT_EQ(pasted->call.at, absl::FromUnixSeconds(1'700'000'000));
  pasted = PastedCallFrom({{"pasted", identity}, {"as_of", "given"}, {"at", "1700000060"}});
  ASSERT_TRUE(pasted.ok());
  EXPECT_EQ(pasted->call.at, absl::FromUnixSeconds(1'700'000'060));
  EXPECT_EQ(PastedCallFrom({{"pasted", "garbage"}})->call.at, std::nullopt);
  EXPECT_EQ(ReasonOf(PastedCallFrom({{"as_of", "given"}}).status()), Reason::kMissingField);
  EXPECT_EQ(ReasonOf(PastedCallFrom({{"as_of", "given"}, {"at", "noon"}}).status()), Reason::kInvalidField);
  EXPECT_EQ(ReasonOf(PastedCallFrom({{"as_of", "then"}}).status()), Reason::kInvalidField);
  EXPECT_EQ(ReasonOf(PastedCallFrom({{"date", "noon"}}).status()), Reason::kInvalidField);
}

TEST(CheckWordsTest, EveryCheckHasWords) {
  for (const stir::Check& check : stir::MakeCheckList())
    EXPECT_FALSE(WordsOf(check.name).empty()) << check.name;
  EXPECT_EQ(WordsOf("none"), "");
}

}  // namespace
}  // namespace sti::vs
