#include "common/codec/base64url.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "common/base/reason.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::codec {
namespace {

void ExpectRefused(const absl::StatusOr<std::string>& result, absl::string_view what) {
  EXPECT_EQ(ReasonOf(result.status()), Reason::kMalformedBase64);
  EXPECT_THAT(std::string(result.status().message()), ::testing::HasSubstr(std::string(what)));
}

// All octet values, at every length modulo three.
std::string Octets(size_t size) {
  std::string octets;
  for (size_t i = 0; i < size; ++i) octets += static_cast<char>(i * 37 + size);
  return octets;
}

// RFC 4648 s10.
const std::pair<const char*, const char*> kPadded[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

TEST(Base64, PublishedVectorsBothWays) {
  for (const auto& [octets, padded] : kPadded) {
    EXPECT_EQ(Base64Encode(octets), padded);
    EXPECT_EQ(Base64Decode(padded).value(), octets);
    std::string unpadded(padded);
    while (!unpadded.empty() && unpadded.back() == '=') unpadded.pop_back();
    EXPECT_EQ(Base64UrlEncode(octets), unpadded);
    EXPECT_EQ(Base64UrlDecode(unpadded).value(), octets);
  }
}

// RFC 7515 appendix C.
TEST(Base64Url, PublishedVectorWithBothForeignLetters) {
  EXPECT_EQ(Base64UrlEncode("\x03\xec\xff\xe0\xc1"), "A-z_4ME");
  EXPECT_EQ(Base64UrlDecode("A-z_4ME").value(), "\x03\xec\xff\xe0\xc1");
}

TEST(Base64, AgreesWithAbseilAndRoundTripsAtEachLength) {
  for (size_t size = 0; size < 300; ++size) {
    const std::string octets = Octets(size);
    EXPECT_EQ(Base64Encode(octets), absl::Base64Escape(octets));
    EXPECT_EQ(Base64UrlEncode(octets), absl::WebSafeBase64Escape(octets));
    EXPECT_EQ(Base64Decode(Base64Encode(octets)).value(), octets);
    EXPECT_EQ(Base64UrlDecode(Base64UrlEncode(octets)).value(), octets);
  }
}

TEST(Base64Url, EncodeToAppends) {
  std::string out = "header.";
  Base64UrlEncodeTo("foob", out);
  EXPECT_EQ(out, "header.Zm9vYg");
}

TEST(Base64Url, PaddingIsRefused) {
  ExpectRefused(Base64UrlDecode("Zm9vYg=="), "foreign character at offset 6");
  EXPECT_TRUE(Base64UrlDecode("Zm9vYg").ok());
}

TEST(Base64Url, TheStandardAlphabetIsRefused) {
  ExpectRefused(Base64UrlDecode("+/+/"), "offset 0");
  ExpectRefused(Base64UrlDecode("AAA/"), "offset 3");
  EXPECT_TRUE(Base64UrlDecode("-_-_").ok());
}

TEST(Base64Url, WhiteSpaceAndForeignOctetsAreRefusedWhereverTheyStand) {
  for (const char foreign : {' ', '\n', '\0', '.', '=', '\x80', '\xff'}) {
    for (size_t at = 0; at < 7; ++at) {
      std::string text = "Zm9vYmE";
      text[at] = foreign;
      ExpectRefused(Base64UrlDecode(text), "foreign character at offset " + std::to_string(at));
    }
  }
}

TEST(Base64Url, LengthsThatNoOctetsGiveAreRefused) {
  ExpectRefused(Base64UrlDecode("A"), "length");
  ExpectRefused(Base64UrlDecode("AAAAA"), "length");
}

TEST(Base64Url, TrailingBitsMustBeZero) {
  EXPECT_TRUE(Base64UrlDecode("Zg").ok());
  ExpectRefused(Base64UrlDecode("Zh"), "trailing bits");
  EXPECT_TRUE(Base64UrlDecode("Zm8").ok());
  ExpectRefused(Base64UrlDecode("Zm9"), "trailing bits");
}

TEST(Base64, StandardWantsItsPaddingWhole) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "=", "==", "====", "Z===", "Zm9v====", "Zg==Zg==", "Z=g="}) {
    EXPECT_EQ(ReasonOf(Base64Decode(text).status()), Reason::kMalformedBase64) << text;
  }
}

TEST(Base64, StandardRefusesTheUrlAlphabetAndLineBreaks) {
  ExpectRefused(Base64Decode("-_-_"), "offset 0");
  ExpectRefused(Base64Decode("Zm9vYmF\n"), "offset 7");
  ExpectRefused(Base64Decode("Zh=="), "trailing bits");
}

// RFC 9448 s3 against deployed practice.
TEST(Base64Lenient, AllFourSpellingsGiveTheSame) {
  const std::string octets = "\xfb\xff\xfe\x01";
  for (const char* text : {"+//+AQ==", "+//+AQ", "-__-AQ==", "-__-AQ"}) {
    EXPECT_EQ(Base64DecodeLenient(text).value(), octets) << text;
  }
}

TEST(Base64Lenient, MixedAlphabetsAndHalfPaddingAreRefused) {
  for (const char* text :
       {"+__+AQ==", "-//-AQ", "AQ=", "AQ===", "AAAA=", "AAAA==", "AAAA====", "=", "A", "AR", "A Q="}) {
    EXPECT_EQ(ReasonOf(Base64DecodeLenient(text).status()), Reason::kMalformedBase64) << text;
  }
}

}  // namespace
}  // namespace sti::codec
