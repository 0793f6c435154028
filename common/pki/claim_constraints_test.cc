#include "common/pki/claim_constraints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "common/base/reason.h"

namespace sti::pki {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

absl::StatusOr<ClaimConstraints> Parse(absl::string_view hex, bool enhanced = true) {
  return ClaimConstraints::ParseDer(absl::HexStringToBytes(hex), enhanced);
}
Reason ParseReason(absl::string_view hex, bool enhanced = true) {
  return ReasonOf(Parse(hex, enhanced).status());
}

// RFC 9118 s5, figure 2.
constexpr char kRfc9118[] =
    "3040a00e300c160a636f6e666964656e6365a120301e301c160a636f6e666964656e6365300e0c04686967680c066d656469756d"
    "a20c"
    "300a16087072696f72697479";

TEST(ClaimConstraintsTest, ExampleOfRfc9118IsRead) {
  const auto constraints = Parse(kRfc9118);
  ASSERT_TRUE(constraints.ok()) << constraints.status();
  EXPECT_THAT(constraints->must_include, ElementsAre("confidence"));
  ASSERT_THAT(constraints->permitted, SizeIs(1));
  EXPECT_EQ(constraints->permitted[0].claim, "confidence");
  EXPECT_THAT(constraints->permitted[0].values, ElementsAre("high", "medium"));
  EXPECT_THAT(constraints->must_exclude, ElementsAre("priority"));
}

// pyasn1-modules, tests/test_rfc8226.py.
TEST(ClaimConstraintsTest, ExampleOfTheFirstFormIsRead) {
  std::string der;
  ASSERT_TRUE(absl::Base64Unescape(
      "MD2gBzAFFgNmb2+hMjAwMBkWA2ZvbzASDARmb28xDARmb28yDARmb28zMBMWA2JhcjAMDARiYXIxDARiYXIy", &der));
  const auto constraints = ClaimConstraints::ParseDer(der, /*enhanced=*/false);
  ASSERT_TRUE(constraints.ok()) << constraints.status();
  EXPECT_THAT(constraints->must_include, ElementsAre("foo"));
  ASSERT_THAT(constraints->permitted, SizeIs(2));
  EXPECT_THAT(constraints->permitted[0].values, ElementsAre("foo1", "foo2", "foo3"));
  EXPECT_EQ(constraints->permitted[1].claim, "bar");
  EXPECT_THAT(constraints->permitted[1].values, ElementsAre("bar1", "bar2"));
  EXPECT_THAT(constraints->must_exclude, IsEmpty());
}

TEST(ClaimConstraintsTest, EachMemberMayStandAlone) {
  EXPECT_EQ(ParseReason("3009a00730051603666f6f"), Reason::kNone);
  EXPECT_EQ(ParseReason("3010a10e300c300a1603666f6f30030c0131"), Reason::kNone);
  EXPECT_EQ(ParseReason("3009a20730051603666f6f"), Reason::kNone);
}

TEST(ClaimConstraintsTest, MustExcludeNeedsTheEnhancedForm) {
  EXPECT_EQ(ParseReason(kRfc9118, /*enhanced=*/false), Reason::kCertificateMalformed);
  EXPECT_EQ(ParseReason("3009a00730051603666f6f", /*enhanced=*/false), Reason::kNone);
}

TEST(ClaimConstraintsTest, NothingAtAllIsRefused) {
  EXPECT_EQ(ParseReason("3000"), Reason::kCertificateMalformed);
}

TEST(ClaimConstraintsTest, EmptyListsAreRefused) {
  EXPECT_EQ(ParseReason("3004a0023000"), Reason::kCertificateMalformed);  // mustInclude
  EXPECT_EQ(ParseReason("3004a1023000"), Reason::kCertificateMalformed);  // permittedValues
  EXPECT_EQ(ParseReason("3004a2023000"), Reason::kCertificateMalformed);  // mustExclude
  EXPECT_EQ(ParseReason("300da10b300930071603666f6f3000"),
            Reason::kCertificateMalformed);  // values of a claim
}

TEST(ClaimConstraintsTest, BrokenEncodingIsRefused) {
  EXPECT_EQ(ParseReason(""), Reason::kCertificateMalformed);
  EXPECT_EQ(ParseReason("3009a00730051603666f6f00"), Reason::kCertificateMalformed);  // trailing octet
  EXPECT_EQ(ParseReason("3009a00730051603666f"), Reason::kCertificateMalformed);      // cut off
  EXPECT_EQ(ParseReason("3007a0051603666f6f"), Reason::kCertificateMalformed);        // IMPLICIT tag
  EXPECT_EQ(ParseReason("3009a00730050c03666f6f"), Reason::kCertificateMalformed);    // UTF8String for a name
  EXPECT_EQ(ParseReason("3009a30730051603666f6f"), Reason::kCertificateMalformed);    // unknown member
  EXPECT_EQ(ParseReason("3009a00730051603666f6f", true), Reason::kNone);
}

// RFC 9118 s4: such a certificate counts as one without the extension.
TEST(ClaimConstraintsTest, ExcludingABaseClaimVoidsTheExtension) {
  for (const char* hex : {"3016a00730051603666f6fa20b300916026f6e1603696174",  // on, iat
                          "300aa208300616046f726967", "300aa2083006160464657374"}) {
    const auto constraints = Parse(hex);
    ASSERT_TRUE(constraints.ok()) << hex << constraints.status();
    EXPECT_THAT(constraints->must_include, IsEmpty());
    EXPECT_THAT(constraints->permitted, IsEmpty());
    EXPECT_THAT(constraints->must_exclude, IsEmpty());
  }
}

TEST(ClaimConstraintsTest, BaseClaimsMayBeIncluded) {
  EXPECT_THAT(Parse("300aa00830061604"
                    "6f726967")
                  ->must_include,
              ElementsAre("orig"));
}

// What is written is, octet for octet, what others wrote.
TEST(ClaimConstraintsTest, PublishedExtensionsAreWrittenAgainAsTheyWere) {
  EXPECT_EQ(absl::BytesToHexString(Parse(kRfc9118)->EnhancedDer().value()), kRfc9118);
  std::string der;
  ASSERT_TRUE(absl::Base64Unescape(
      "MD2gBzAFFgNmb2+hMjAwMBkWA2ZvbzASDARmb28xDARmb28yDARmb28zMBMWA2JhcjAMDARiYXIxDARiYXIy", &der));
  EXPECT_EQ(ClaimConstraints::ParseDer(der, false)->EnhancedDer().value(), der);
}

TEST(ClaimConstraintsTest, LongFormLengthsAreReadBack) {
  for (const size_t size : {121u, 122u, 123u, 250u, 251u, 252u, 3000u}) {
    const ClaimConstraints constraints{{}, {{"rcd", {std::string(size, 'v'), "w"}}}, {"attest"}};
    const auto again = ClaimConstraints::ParseDer(constraints.EnhancedDer().value(), true);
    ASSERT_TRUE(again.ok()) << size << ": " << again.status();
    EXPECT_EQ(again->permitted[0].values, constraints.permitted[0].values);
    EXPECT_EQ(again->must_exclude, constraints.must_exclude);
  }
}

TEST(ClaimConstraintsTest, WhatWouldNotBeReadAsItIsMeantIsNotWritten) {
  for (const ClaimConstraints& unfit : std::vector<ClaimConstraints>{{},
                                                                     {{}, {}, {"iat"}},
                                                                     {{}, {}, {"attest", "dest"}},
                                                                     {{""}, {}, {}},
                                                                     {{"f\303\274r"}, {}, {}},
                                                                     {{}, {{"rcd", {}}}, {}},
                                                                     {{"foo"}, {}, {"foo"}}}) {
    EXPECT_EQ(ReasonOf(unfit.EnhancedDer().status()), Reason::kInvalidField);
  }
  EXPECT_TRUE((ClaimConstraints{{"iat", "foo"}, {}, {"bar"}}.EnhancedDer().ok()));
}

}  // namespace
}  // namespace sti::pki
