#include "common/stir/telephone_number.h"

#include <gtest/gtest.h>

#include "common/base/limits.h"
#include "common/base/reason.h"

namespace sti::stir {
namespace {

std::string Canonical(absl::string_view text, const NumberingPlan& plan = {}) {
  const auto number = TelephoneNumber::Canonicalize(text, plan);
  return number.ok() ? number->digits() : std::string(ReasonName(ReasonOf(number.status())));
}

constexpr char kInvalid[] = "TELEPHONE_NUMBER_INVALID";

TEST(TelephoneNumber, CommonNotationsOfOneNumberAreTheSameNumber) {
  for (const char* text : {"+12155551212", "12155551212", "2155551212", "(215) 555-1212", "+1 (215) 555-1212",
                           "215.555.1212", "1-215-555-1212", "0012155551212", "01112155551212",
                           "011 1 215 555 1212", "(+1) 215 555 1212", " +12155551212 "}) {
    EXPECT_EQ(Canonical(text), "12155551212") << text;
  }
}

TEST(TelephoneNumber, ServiceCodesStayAsTheyAre) {
  for (const char* text :
       {"911", "112", "988", "*67", "#31#", "*6712155551212", "0", "00", "011", "5551212"}) {
    EXPECT_EQ(Canonical(text), text);
  }
}

TEST(TelephoneNumber, InternationalNumbersKeepTheirCountryCode) {
  EXPECT_EQ(Canonical("+4930123456"), "4930123456");
  EXPECT_EQ(Canonical("+33123456789"), "33123456789");
  EXPECT_EQ(Canonical("011 49 30 123456"), "4930123456");
}

TEST(TelephoneNumber, TenDigitsGetTheCountryCodeAndElevenDoNot) {
  EXPECT_EQ(Canonical("2155551212"), "12155551212");
  EXPECT_EQ(Canonical("215555121"), "215555121");
  EXPECT_EQ(Canonical("22155551212"), "22155551212");
}

TEST(TelephoneNumber, AnotherPlanStripsItsTrunkPrefix) {
  const NumberingPlan germany{"49", {"00"}, "0", 0};
  EXPECT_EQ(Canonical("030 123456", germany), "4930123456");
  EXPECT_EQ(Canonical("+49 30 123456", germany), "4930123456");
  EXPECT_EQ(Canonical("0049 30 123456", germany), "4930123456");
  EXPECT_EQ(Canonical("112", germany), "112");
  const NumberingPlan france{"33", {"00"}, "0", 9};
  EXPECT_EQ(Canonical("01 23 45 67 89", france), "33123456789");
  EXPECT_EQ(Canonical("123456789", france), "33123456789");
  EXPECT_EQ(Canonical("0123", france), "0123");
}

TEST(TelephoneNumber, PlusDemandsAnE164Number) {
  EXPECT_EQ(Canonical("+123456789012345"), "123456789012345");
  EXPECT_EQ(Canonical("+1234567890123456"), kInvalid);  // 16 digits
  EXPECT_EQ(Canonical("+02155551212"), kInvalid);
  EXPECT_EQ(Canonical("+"), kInvalid);
  EXPECT_EQ(Canonical("+*67"), kInvalid);
  EXPECT_EQ(Canonical("++12155551212"), kInvalid);
  EXPECT_EQ(Canonical("1+2155551212"), kInvalid);
}

TEST(TelephoneNumber, AnythingElseIsNoNumber) {
  for (const char* text : {"", " ", "-", "alice", "1-800-FLOWERS", "12155551212x5", "1215\t5551212",
                           "12155551212\n", "\xd9\xa1\xd9\xa2", "215/555/1212", "1215555;1212"}) {
    EXPECT_EQ(Canonical(text), kInvalid) << text;
  }
  EXPECT_EQ(Canonical(absl::string_view("1\0002", 3)), kInvalid);
}

TEST(TelephoneNumber, LengthIsBounded) {
  EXPECT_EQ(Canonical(std::string(limits::kTelephoneNumber, '7')),
            std::string(limits::kTelephoneNumber, '7'));
  EXPECT_EQ(Canonical(std::string(limits::kTelephoneNumber + 1, '7')), kInvalid);
  EXPECT_EQ(Canonical("1" + std::string(limits::kSipUri, '-')), kInvalid);
}

TEST(TelephoneNumber, ClaimsMustBeCanonicalAlready) {
  EXPECT_EQ(TelephoneNumber::FromClaim("12155551212")->digits(), "12155551212");
  EXPECT_EQ(TelephoneNumber::FromClaim("*67")->digits(), "*67");
  EXPECT_EQ(TelephoneNumber::FromClaim("2155551212")->digits(), "2155551212");
  for (const char* text : {"", "+12155551212", "1-215-555-1212", "1 215", "alice"}) {
    EXPECT_EQ(ReasonOf(TelephoneNumber::FromClaim(text).status()), Reason::kTelephoneNumberInvalid) << text;
  }
  EXPECT_TRUE(TelephoneNumber::FromClaim(std::string(limits::kTelephoneNumber, '1')).ok());
  EXPECT_FALSE(TelephoneNumber::FromClaim(std::string(limits::kTelephoneNumber + 1, '1')).ok());
}

TEST(TelephoneNumber, CanonicalDigitsWithPlusAreTheSameNumberAgain) {
  for (const char* text : {"+12155551212", "(215) 555-1212", "+4930123456", "011493012345"}) {
    const std::string once = Canonical(text);
    EXPECT_EQ(Canonical("+" + once), once) << text;
  }
}

}  // namespace
}  // namespace sti::stir
