#include "common/pki/tn_auth_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/pki/judges_testing.h"

namespace sti::pki {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Spc = ServiceProviderCode;
using Range = TelephoneNumberRange;
using One = SingleTelephoneNumber;

std::string Hex(absl::string_view hex) { return absl::HexStringToBytes(hex); }

Reason ParseReason(absl::string_view hex) { return ReasonOf(TnAuthList::ParseDer(Hex(hex)).status()); }
Reason CreateReason(std::vector<TnEntry> entries) {
  return ReasonOf(TnAuthList::Create(std::move(entries)).status());
}

struct Vector {
  const char* hex;
  std::vector<TnEntry> entries;
};

// certificates.md s3: made with openssl asn1parse -genconf and pyasn1, taken from a certificate in use, and
// so on.
const std::vector<Vector>& Vectors() {
  static const auto* vectors = new std::vector<Vector>{
      {"3008a006160431323334", {Spc{"1234"}}},
      {"3008a00616043538374c", {Spc{"587L"}}},
      {"3008a006160438313848", {Spc{"818H"}}},
      {"3008a00616043834384a", {Spc{"848J"}}},
      {"300fa20d160b3132313535353531323132", {One{"12155551212"}}},
      {"3014a1123010160b3132313535353531303030020164", {Range{"12155551000", 100}}},
      {"3015a1133011160b3132313535353531303030020203e8", {Range{"12155551000", 1000}}},
      {"302ca006160431323334a1133011160b3132313535353531303030020203e8a20d160b3138303035353531323334",
       {Spc{"1234"}, Range{"12155551000", 1000}, One{"18005551234"}}},
  };
  return *vectors;
}

TEST(TnAuthListTest, PublishedVectorsAreRead) {
  for (const Vector& vector : Vectors()) {
    const auto list = TnAuthList::ParseDer(Hex(vector.hex));
    ASSERT_TRUE(list.ok()) << vector.hex << list.status();
    EXPECT_EQ(list->entries(), vector.entries) << vector.hex;
    EXPECT_EQ(list->der(), Hex(vector.hex));
  }
}

TEST(TnAuthListTest, PublishedVectorsAreWritten) {
  for (const Vector& vector : Vectors()) {
    const auto list = TnAuthList::Create(vector.entries);
    ASSERT_TRUE(list.ok()) << vector.hex << list.status();
    EXPECT_EQ(absl::BytesToHexString(list->der()), vector.hex);
  }
}

// pyasn1-modules, tests/test_rfc8226.py. Its SPC is lower case: read, yet never issued here.
TEST(TnAuthListTest, ForeignListWithLowerCaseSpcIsRead) {
  std::string der;
  ASSERT_TRUE(absl::Base64Unescape("MCugBxYFYm9ndXOhEjAQFgo1NzE1NTUxMjEyAgIDFKIMFgo3MDM1NTUxMjEy", &der));
  const auto list = TnAuthList::ParseDer(der);
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_THAT(list->entries(), ElementsAre(TnEntry(Spc{"bogus"}), TnEntry(Range{"5715551212", 788}),
                                           TnEntry(One{"7035551212"})));
  EXPECT_EQ(CreateReason({Spc{"bogus"}}), Reason::kTnAuthListInvalid);
}

TEST(TnAuthListTest, OpensslProgramMakesTheSameOctets) {
  const std::string recipe = WriteScratch("tn.cnf",
                                          "asn1=SEQUENCE:l\n[l]\na=EXP:0,IA5:ZZ99\nb=EXP:1,SEQUENCE:r\n"
                                          "c=EXP:2,IA5:*67\\#\n[r]\ns=IA5:100\nc=INTEGER:899\n");
  const std::string path = WriteScratch("tn.der", "");
  const Outcome made = RunShell(absl::StrCat("openssl asn1parse -noout -genconf ", recipe, " -out ", path));
  ASSERT_EQ(made.exit_code, 0) << made.output;
  const auto list = TnAuthList::Create({Spc{"ZZ99"}, Range{"100", 899}, One{"*67#"}});
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->der(), ReadFile(path));
}

TEST(TnAuthListTest, SpcsAreListedInOrder) {
  EXPECT_THAT(TnAuthList::Create({Spc{"1234"}, One{"1"}, Spc{"0ZZ"}})->Spcs(), ElementsAre("1234", "0ZZ"));
  EXPECT_THAT(TnAuthList::Create({One{"1"}})->Spcs(), IsEmpty());
  EXPECT_THAT(TnAuthList::ForSpc("848J")->Spcs(), ElementsAre("848J"));
}

TEST(TnAuthListTest, ImplicitTagsAreRefused) {
  EXPECT_EQ(ParseReason("3006800431323334"), Reason::kTnAuthListInvalid);                // [0] IMPLICIT
  EXPECT_EQ(ParseReason("300d820b3132313535353531323132"), Reason::kTnAuthListInvalid);  // [2] IMPLICIT
  EXPECT_EQ(ParseReason("3012a110160b3132313535353531303030020164"), Reason::kTnAuthListInvalid);  // [1]
}

// Printed in a manual for OCN 616H; its length octet is wrong.
TEST(TnAuthListTest, BrokenExampleOfAManualIsRefused) {
  std::string der;
  ASSERT_TRUE(absl::Base64Unescape("MAigxxYEODE4SA==", &der));
  EXPECT_EQ(ReasonOf(TnAuthList::ParseDer(der).status()), Reason::kTnAuthListInvalid);
}

TEST(TnAuthListTest, ListWithoutEntryIsRefused) {
  EXPECT_EQ(ParseReason("3000"), Reason::kTnAuthListInvalid);
  EXPECT_EQ(ParseReason(""), Reason::kTnAuthListInvalid);
  EXPECT_EQ(CreateReason({}), Reason::kTnAuthListInvalid);
}

TEST(TnAuthListTest, OctetsAroundTheListAreRefused) {
  EXPECT_EQ(ParseReason("3008a00616043132333400"), Reason::kTnAuthListInvalid);
  EXPECT_EQ(ParseReason("3008a0061604313233"), Reason::kTnAuthListInvalid);
  EXPECT_EQ(ParseReason("3009a00616043132333400"), Reason::kTnAuthListInvalid);  // inside the list
}

TEST(TnAuthListTest, BerThatIsNotDerIsRefused) {
  EXPECT_EQ(ParseReason("308108a006160431323334"), Reason::kTnAuthListInvalid);    // long length form
  EXPECT_EQ(ParseReason("3080a0061604313233340000"), Reason::kTnAuthListInvalid);  // indefinite length
  EXPECT_EQ(ParseReason("300aa0083606160431323334"), Reason::kTnAuthListInvalid);  // constructed string
  EXPECT_EQ(ParseReason("3015a1133011160b313231353535353130303002020064"),
            Reason::kTnAuthListInvalid);  // 00 64
}

TEST(TnAuthListTest, OtherStringAndEntryTypesAreRefused) {
  EXPECT_EQ(ParseReason("3008a0060c0431323334"), Reason::kTnAuthListInvalid);  // UTF8String
  EXPECT_EQ(ParseReason("3008a306160431323334"), Reason::kTnAuthListInvalid);  // [3]
  EXPECT_EQ(ParseReason("3006160431323334"), Reason::kTnAuthListInvalid);      // no tag
  EXPECT_EQ(ParseReason("0408a006160431323334"), Reason::kTnAuthListInvalid);  // OCTET STRING
  EXPECT_EQ(ParseReason("3014a11230100c0b3132313535353531303030020164"), Reason::kTnAuthListInvalid);
}

TEST(TnAuthListTest, SpcIsUpperCaseAndDigitsWhenIssued) {
  EXPECT_EQ(CreateReason({Spc{"AZ09"}}), Reason::kNone);
  for (const char* spc : {"", "az", "1 2", "12-4", "12\n4", "\xC3\x84"}) {
    EXPECT_EQ(CreateReason({Spc{spc}}), Reason::kTnAuthListInvalid) << spc;
  }
}

TEST(TnAuthListTest, SpcThatIsReadIsPrintable) {
  EXPECT_EQ(ParseReason("3008a006160431322034"), Reason::kNone);               // "12 4"
  EXPECT_EQ(ParseReason("3008a006160431320a34"), Reason::kTnAuthListInvalid);  // line feed
  EXPECT_EQ(ParseReason("3008a006160431320034"), Reason::kTnAuthListInvalid);  // NUL
  EXPECT_EQ(ParseReason("3008a00616043132c334"), Reason::kTnAuthListInvalid);  // beyond ASCII
  EXPECT_EQ(ParseReason("3004a0021600"), Reason::kTnAuthListInvalid);          // empty
}

TEST(TnAuthListTest, NumberHasOneToFifteenCharacters) {
  EXPECT_EQ(CreateReason({One{"1"}}), Reason::kNone);
  EXPECT_EQ(CreateReason({One{"123456789012345"}}), Reason::kNone);
  EXPECT_EQ(CreateReason({One{"1234567890123456"}}), Reason::kTnAuthListInvalid);
  EXPECT_EQ(CreateReason({One{""}}), Reason::kTnAuthListInvalid);
  EXPECT_EQ(CreateReason({One{"+1215"}}), Reason::kTnAuthListInvalid);
  EXPECT_EQ(CreateReason({One{"*67#"}}), Reason::kNone);
}

TEST(TnAuthListTest, SixteenDigitsThatAreReadAreRefused) {
  EXPECT_EQ(ParseReason("3013a211160f313233343536373839303132333435"), Reason::kNone);
  EXPECT_EQ(ParseReason("3014a212161031323334353637383930313233343536"), Reason::kTnAuthListInvalid);
}

TEST(TnAuthListTest, RangeCountsTwoOrMore) {
  EXPECT_EQ(CreateReason({Range{"10", 2}}), Reason::kNone);
  EXPECT_EQ(CreateReason({Range{"10", 1}}), Reason::kTnAuthListInvalid);
  EXPECT_EQ(ParseReason("3014a1123010160b3132313535353531303030020101"), Reason::kTnAuthListInvalid);
  EXPECT_EQ(ParseReason("3014a1123010160b3132313535353531303030020100"), Reason::kTnAuthListInvalid);
  EXPECT_EQ(ParseReason("3014a1123010160b31323135353535313030300201ff"), Reason::kTnAuthListInvalid);  // -1
}

// RFC 8226 s9: start + count < 10^digits, so 10 + 90 is one too many.
TEST(TnAuthListTest, RangeDoesNotOutgrowItsDigits) {
  EXPECT_EQ(CreateReason({Range{"10", 89}}), Reason::kNone);
  EXPECT_EQ(CreateReason({Range{"10", 90}}), Reason::kTnAuthListInvalid);
  EXPECT_EQ(CreateReason({Range{"10", 91}}), Reason::kTnAuthListInvalid);
  EXPECT_EQ(CreateReason({Range{"000000000000000", 999999999999999}}), Reason::kNone);
  EXPECT_EQ(CreateReason({Range{"000000000000000", 1000000000000000}}), Reason::kTnAuthListInvalid);
  EXPECT_EQ(CreateReason({Range{"999999999999999", UINT64_MAX}}), Reason::kTnAuthListInvalid);
}

TEST(TnAuthListTest, RangeCountBeyond64BitsIsRefused) {
  EXPECT_EQ(ParseReason("301ca11a3018160b31323135353535313030300209"
                        "010000000000000002"),
            Reason::kTnAuthListInvalid);
}

TEST(TnAuthListTest, RangeStartsWithDigits) {
  EXPECT_EQ(CreateReason({Range{"1#0", 2}}), Reason::kTnAuthListInvalid);
  EXPECT_EQ(CreateReason({Range{"*10", 2}}), Reason::kTnAuthListInvalid);
  EXPECT_EQ(CreateReason({Range{" 10", 2}}), Reason::kTnAuthListInvalid);
  EXPECT_EQ(CreateReason({Range{"", 2}}), Reason::kTnAuthListInvalid);
}

// "..." in the SEQUENCE of RFC 8226 s9: later versions may add elements.
TEST(TnAuthListTest, UnknownElementsAfterTheCountAreSkipped) {
  const auto list =
      TnAuthList::ParseDer(Hex("3019a1173015160b3132313535353531303030020164"
                               "0c03666f6f"));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_THAT(list->entries(), ElementsAre(TnEntry(Range{"12155551000", 100})));
}

TEST(TnAuthListTest, RangeWithoutCountIsRefused) {
  EXPECT_EQ(ParseReason("3011a10f300d160b3132313535353531303030"), Reason::kTnAuthListInvalid);
  EXPECT_EQ(ParseReason("3004a1023000"), Reason::kTnAuthListInvalid);
}

TEST(TnAuthListTest, TooManyEntriesAreRefused) {
  EXPECT_EQ(CreateReason(std::vector<TnEntry>(limits::kTnAuthListEntries, One{"1"})), Reason::kNone);
  EXPECT_EQ(CreateReason(std::vector<TnEntry>(limits::kTnAuthListEntries + 1, One{"1"})), Reason::kTooLarge);
  std::string entries;
  for (size_t i = 0; i <= limits::kTnAuthListEntries; ++i) entries += Hex("a203160131");
  const auto size = static_cast<uint16_t>(entries.size());
  const std::string der =
      Hex("3082") + static_cast<char>(size >> 8U) + static_cast<char>(size & 0xFFU) + entries;
  EXPECT_EQ(ReasonOf(TnAuthList::ParseDer(der).status()), Reason::kTooLarge);
}

TEST(TnAuthListTest, DerBeyondTheLimitIsRefusedUnread) {
  EXPECT_EQ(ReasonOf(TnAuthList::ParseDer(std::string(limits::kTnAuthList, '0')).status()),
            Reason::kTnAuthListInvalid);
  EXPECT_EQ(ReasonOf(TnAuthList::ParseDer(std::string(limits::kTnAuthList + 1, '0')).status()),
            Reason::kTooLarge);
}

}  // namespace
}  // namespace sti::pki
