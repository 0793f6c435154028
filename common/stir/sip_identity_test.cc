// ParseSipIdentity and CanonicalizeUri of telephone_number.h.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/stir/sip_uri.h"
#include "common/stir/telephone_number.h"

namespace sti::stir {
namespace {

// "tn 12155551212", "uri sip:..." or the name of the Reason.
std::string Identity(absl::string_view value) {
  const auto identity = ParseSipIdentity(value, NumberingPlan{});
  if (!identity.ok()) return std::string(ReasonName(ReasonOf(identity.status())));
  return absl::StrCat(std::holds_alternative<TelephoneNumber>(*identity) ? "tn " : "uri ",
                      PartyText(*identity));
}

std::string Uri(absl::string_view text) {
  const auto uri = CanonicalizeUri(text);
  return uri.ok() ? uri->text : std::string(ReasonName(ReasonOf(uri.status())));
}

TEST(SipIdentity, NumbersInEveryDisguiseAreTheSameNumber) {
  for (const char* value : {
           "tel:+12155551212",
           "tel:+1-215-555-1212",
           "TEL:+1(215)555.1212",
           "tel:+12155551212;verstat=TN-Validation-Passed",
           "tel:+12155551212;isub=7;ext=22;postd=pp3",
           "<tel:+12155551212>;tag=88sja8x",
           "tel:2155551212;phone-context=+1",
           "tel:555-1212;phone-context=+1-215",
           "tel:2155551212;phone-context=example.com",
           "sip:+12155551212@example.com",
           "sip:+12155551212@example.com;user=phone",
           "sip:+12155551212;npdi;rn=+12155550000@example.com;user=phone",
           "sip:+12155551212;verstat=TN-Validation-Passed@example.com;user=phone",
           "sip:+12155551212@example.com;verstat=TN-Validation-Passed",
           "sip:2155551212;phone-context=+1@example.com;user=phone",
           "sip:(215)555-1212@example.com;user=phone",
           "sip:2155551212@10.0.0.1:5060",
           "sips:12155551212@[2001:db8::1]:5061;transport=tls",
           "sip:%2B12155551212@example.com",
           "sip:%31%32155551212@example.com",
           "sip:+12155551212:secret@example.com",
           "sip:+12155551212@example.com?Subject=x",
           "sip:+12155551212@example.com;USER=Phone",
           "<sip:+12155551212@example.com>",
           "\"Alice\" <sip:+12155551212@example.com>;tag=1",
           "Alice Cooper <sip:+12155551212@example.com>",
           "\"Cooper, Alice <sip:+19995550000@evil.example>\" <sip:+12155551212@example.com>",
           "\"say \\\"hi\\\" <sip:1@x>\"<sip:+12155551212@example.com>",
           "\"sip:+19995550000@evil.example\" <tel:+12155551212>",
           "+12155551212",
           "2155551212",
           "(215) 555-1212",
           "  +1 215 555 1212  ",
       }) {
    EXPECT_EQ(Identity(value), "tn 12155551212") << value;
  }
}

TEST(SipIdentity, ServiceCodesAreNumbersAndIgnoreTheCountry) {
  EXPECT_EQ(Identity("tel:911;phone-context=+1"), "tn 911");
  EXPECT_EQ(Identity("sip:911@example.com"), "tn 911");
  EXPECT_EQ(Identity("sip:*67@example.com"), "tn *67");
  EXPECT_EQ(Identity("sip:%2331%23@example.com;user=phone"), "tn #31#");
  EXPECT_EQ(Identity("sip:%2331%23@example.com"), "tn #31#");
  EXPECT_EQ(Identity("tel:*67;phone-context=+1"), "tn *67");
  EXPECT_EQ(Identity("urn:service:sos"), "uri urn:service:sos");
  EXPECT_EQ(Identity("<URN:service:SOS.fire>"), "uri urn:service:sos.fire");
}

TEST(SipIdentity, OthersAreUris) {
  EXPECT_EQ(Identity("sip:alice@example.com"), "uri sip:alice@example.com");
  EXPECT_EQ(Identity("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1"),
            "uri sip:anonymous@anonymous.invalid");
  EXPECT_EQ(Identity("sip:alice@example.com;user=phone"), "uri sip:alice@example.com");
  EXPECT_EQ(Identity("sip:12a@example.com"), "uri sip:12a@example.com");
  EXPECT_EQ(Identity("sip:+012@example.com"), "uri sip:+012@example.com");  // no E.164 number: RFC 8224 s8.1
  EXPECT_EQ(Identity("sip:1-2@example.com"), "uri sip:1-2@example.com");
  EXPECT_EQ(Identity("sip:gateway.example.com"), "uri sip:gateway.example.com");
  EXPECT_EQ(Identity("sip:alice;verstat=No-TN-Validation@example.com"), "uri sip:alice@example.com");
}

TEST(SipIdentity, AmbiguousOrBrokenValuesAreRefused) {
  for (const char* value : {
           "<>",
           "<sip:+12155551212@example.com",
           "sip:+12155551212@example.com>",
           "\"Alice <sip:+12155551212@example.com>",
           "\"Alice\" sip:+12155551212@example.com",
           "<sip:+12155551212@a.example>, <sip:+12155551213@b.example>",
           "<sip:+12155551212@a.example> <sip:+12155551213@b.example>",
           "sip:+12155551213@b.example <sip:+12155551212@a.example>",
           "Cooper, Alice <sip:+12155551212@example.com>",
           "<<sip:+12155551212@example.com>>",
           "sip:+12155551212@evil@example.com",
           "sip:@example.com",
           "sip:;x=1@example.com",
           "sip:+12155551212@",
           "sip:+12155551212@exa mple.com",
           "sip:+12155551212@example.com:port",
           "sip:+12155551212@[2001:db8::1",
           "sip:+12155551212@ex\r\nample.com",
           "sip:alice%4@example.com",
           "sip:alice%zz@example.com",
           "mailto:alice@example.com",
           "alice@example.com",
           "https://example.com/",
           "urn:service:",
           "",
       }) {
    EXPECT_EQ(Identity(value), "INVALID_FIELD") << value;
  }
  for (const char* value : {"tel:alice", "tel:", "tel:+", "alice", "tel:+1215555@example"}) {
    EXPECT_EQ(Identity(value), "TELEPHONE_NUMBER_INVALID") << value;
  }
}

TEST(SipIdentity, LengthIsBounded) {
  const std::string longest = "sip:" + std::string(limits::kSipUri - 6, 'a') + "@b";
  EXPECT_EQ(Identity(longest), "uri " + longest);
  EXPECT_EQ(Identity(longest + "c"), "TOO_LARGE");
}

TEST(CanonicalizeUri, FollowsRfc8224Section8_5) {
  EXPECT_EQ(Uri("sip:alice@Example.COM:5060;transport=tcp"), "sip:alice@example.com");
  EXPECT_EQ(Uri("SIPS:Alice:secret@Example.COM?Subject=x"), "sips:alice@example.com");
  EXPECT_EQ(Uri("sip:%61lice%2Dx@example.com"), "sip:alice-x@example.com");
  EXPECT_EQ(Uri("sip:a%2Fb@example.com"), "sip:a%2fb@example.com");  // "/" is reserved: stays encoded
  EXPECT_EQ(Uri("sip:alice@[2001:DB8::1]:5060"), "sip:alice@[2001:db8::1]");
  EXPECT_EQ(Uri("sip:a?b@example.com"), "sip:a?b@example.com");
  EXPECT_EQ(Uri("tel:+12155551212"), "INVALID_FIELD");
  EXPECT_EQ(Uri("sip:"), "INVALID_FIELD");
  EXPECT_EQ(Uri("sip:" + std::string(limits::kSipUri, 'a')), "TOO_LARGE");
}

TEST(CanonicalizeUri, NormalizingTwiceChangesNothing) {
  for (const char* text : {"sip:alice@Example.COM:5060", "sips:%61%2F%7e@x.example", "urn:service:SOS"}) {
    const std::string once = Uri(text);
    EXPECT_EQ(Uri(once), once) << text;
  }
}

TEST(SipUri, ParametersAreFoundInAnyCaseAndPlace) {
  EXPECT_EQ(*FindParameter(";a=1;User=phone;b", "user"), "phone");
  EXPECT_EQ(*FindParameter(";a=1;User=phone;b", "b"), "");
  EXPECT_FALSE(FindParameter(";a=1;User=phone;b", "c").has_value());
  EXPECT_FALSE(FindParameter("", "a").has_value());
  EXPECT_FALSE(FindParameter(";;", "a").has_value());
}

}  // namespace
}  // namespace sti::stir
