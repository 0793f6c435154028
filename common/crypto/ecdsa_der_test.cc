#include "common/crypto/ecdsa_der.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace sti::crypto {
namespace {

// FIPS 186-4 D.1.2.3.
constexpr char kOrder[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
constexpr char kOrderLessOne[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";

// A 32-octet number in hexadecimal, with zeros put before it.
std::string Number(const std::string& hex) { return std::string(64 - hex.size(), '0') + hex; }

std::string Der(const std::string& r, const std::string& s) {
  EcdsaDer der;
  if (!EcdsaRawToDer(absl::HexStringToBytes(Number(r) + Number(s)), der)) return "refused";
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(der.octets.data()), der.size));
}

std::string Raw(const std::string& hex) {
  std::array<char, 64> raw;
  if (!EcdsaDerToRaw(absl::HexStringToBytes(hex), raw)) return "refused";
  return absl::BytesToHexString(absl::string_view(raw.data(), raw.size()));
}

TEST(EcdsaRawToDer, WritesShortestIntegers) {
  EXPECT_EQ(Der("01", "7f"), "300602010102017f");
  EXPECT_EQ(Der("80", "0100"),
            "300802020080"
            "02020100");
  EXPECT_EQ(
      Der(kOrderLessOne, kOrderLessOne),
      std::string("3046") + "022100" + kOrderLessOne + "022100" + kOrderLessOne);  // kEcdsaDerMax octets
}

// RFC 6979 A.2.5, message "test": s begins with a small octet.
TEST(EcdsaRawToDer, PublishedSignatureWithSmallLeadingOctet) {
  const std::string r = "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367";
  const std::string s = "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083";
  EXPECT_EQ(Der(r, s),
            "3045"
            "022100" +
                r + "0220" + s);
  EXPECT_EQ(Raw("3045"
                "022100" +
                r + "0220" + s),
            r + s);
}

TEST(EcdsaRawToDer, NumbersAreFrom1ToTheOrderLessOne) {
  EXPECT_EQ(Der("00", "01"), "refused");
  EXPECT_EQ(Der("01", "00"), "refused");
  EXPECT_EQ(Der(kOrder, "01"), "refused");
  EXPECT_EQ(Der("01", kOrder), "refused");
  EXPECT_EQ(Der(std::string(64, 'f'), "01"), "refused");
  EXPECT_NE(Der(kOrderLessOne, "01"), "refused");
  EXPECT_NE(Der("01", kOrderLessOne), "refused");
}

TEST(EcdsaRawToDer, OnlySixtyFourOctets) {
  EcdsaDer der;
  EXPECT_TRUE(EcdsaRawToDer(std::string(64, 1), der));
  for (const size_t size : {0, 1, 63, 65, 128})
    EXPECT_FALSE(EcdsaRawToDer(std::string(size, 1), der)) << size;
}

TEST(EcdsaDer, RoundTripsAtEachLengthOfNumber) {
  for (size_t octets = 1; octets <= 32; ++octets) {
    for (const char* leading : {"01", "7f", "80", "fe"}) {
      const std::string number = leading + std::string(2 * (octets - 1), '5');
      EXPECT_EQ(Raw(Der(number, "01")), Number(number) + Number("01"));
      EXPECT_EQ(Raw(Der("01", number)), Number("01") + Number(number));
    }
  }
}

TEST(EcdsaDerToRaw, RefusesAllButTheOneEncoding) {
  ASSERT_EQ(Raw("3006020101020101"), Number("01") + Number("01"));
  for (const char* hex : {
           "", "30", "3000", "3003020101",  // too few numbers
           "3006020101020101"
           "00",
           "3007020101020101"
           "00",                                    // octets behind
           "3005020101020101", "3007020101020101",  // wrong length of the SEQUENCE
           "308106020101020101",
           "3080020101020101"
           "0000",  // long and indefinite form
           "30070281010102"
           "0101",                                  // long form within
           "3106020101020101", "3006030101020101",  // other tags
           "300702020001020101",                    // leading zero
           "3006020181020101",                      // negative
           "30050200020101",
           "300602010102"
           "0201",                    // empty, cut off
           "3009020101020101020101",  // a third number
       }) {
    EXPECT_EQ(Raw(hex), "refused") << hex;
  }
  EXPECT_EQ(Raw("3026"
                "022101" +
                std::string(64, '0') + "020101"),
            "refused");  // 2^256
}

}  // namespace
}  // namespace sti::crypto
