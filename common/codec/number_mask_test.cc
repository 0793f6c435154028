#include "common/codec/number_mask.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace sti::codec {
namespace {

TEST(NumberMaskTest, NumberShowsItsLastFourDigits) {
  EXPECT_EQ(MaskNumber("12155551212"), "*******1212");
  EXPECT_EQ(MaskNumber("+1 (215) 555-1212"), "+* (***) ***-1212");
  EXPECT_EQ(MaskNumber("12155"), "*2155");
  EXPECT_EQ(MaskNumber("2155"), "2155");
  EXPECT_EQ(MaskNumber(""), "");
}

TEST(NumberMaskTest, NumbersInTextAreFoundHoweverTheyAreWritten) {
  for (const auto& [text, masked] : std::initializer_list<std::pair<const char*, const char*>>{
           {"12155551212", "*******1212"},
           {"orig.tn: 12155551212 is not assigned", "orig.tn: *******1212 is not assigned"},
           {"\"+12155551212\" and sip:12155551213@x", "\"+*******1212\" and sip:*******1213@x"},
           {"+1-215-555-1212", "+*-***-***-1212"},
           {"+1 (215) 555-1212.", "+* (***) ***-1212."},
           {"215.555.1212", "***.***.1212"},
           {"tn12155551212x", "tn*******1212x"},
           {"tel:%2B12155551212;x=1", "tel:%2B*******1212;x=1"},
           {"1234567", "***4567"},
           {"2155551000-2155551999", "**********-******1999"},
           {"customer-2155551212", "customer-******1212"},
       }) {
    EXPECT_EQ(MaskNumbersIn(text), masked);
  }
}

TEST(NumberMaskTest, WhatIsNoNumberStays) {
  for (const std::string text : {
           "123456",
           "ends 2026-11-23T22:38:28Z",
           "ends 2026-11-23 22:38:28",
           "192.168.100.123:7001",
           "serial 4f12345678901234abcd",
           "8a1b2c3d-1234-4567-8901-abcdef123456",
           "https://ca.example/certs/Zx81234567890qwertyuiop.pem",
           "911, 709J and 404",
           "",
       }) {
    EXPECT_EQ(MaskNumbersIn(text), text);
  }
}

TEST(NumberMaskTest, ShortIdsAreDoubtfulAndMasked) {
  EXPECT_EQ(MaskNumbersIn("f12345678901234"), "f**********1234");
  EXPECT_EQ(MaskNumbersIn("f123456789012345"), "f123456789012345");
}

}  // namespace
}  // namespace sti::codec
