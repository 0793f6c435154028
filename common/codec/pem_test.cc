#include "common/codec/pem.h"

#include <string>

#include "absl/strings/str_replace.h"
#include "common/base/reason.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::codec {
namespace {

using ::testing::HasSubstr;

constexpr char kBlock[] = "-----BEGIN TEST-----\nZm9vYmFy\n-----END TEST-----\n";

void ExpectMalformed(absl::string_view text, const std::string& what) {
  const auto blocks = ParsePem(text, 10);
  EXPECT_EQ(ReasonOf(blocks.status()), Reason::kMalformedPem) << text;
  EXPECT_THAT(std::string(blocks.status().message()), HasSubstr(what)) << text;
}

void ExpectFoobar(absl::string_view text) {
  const auto blocks = ParsePem(text, 10);
  ASSERT_TRUE(blocks.ok()) << blocks.status() << text;
  ASSERT_EQ(blocks->size(), 1u) << text;
  EXPECT_EQ(blocks->front().label, "TEST");
  EXPECT_EQ(blocks->front().der, "foobar");
}

TEST(Pem, WritesLinesOf64Characters) {
  EXPECT_EQ(PemEncode("TEST", "foobar"), kBlock);
  const std::string octets(49, '\0');  // 68 characters
  EXPECT_EQ(PemEncode("X509 CRL", octets),
            "-----BEGIN X509 CRL-----\n" + std::string(64, 'A') + "\nAA==\n-----END X509 CRL-----\n");
  EXPECT_EQ(PemEncode("TEST", octets.substr(1)),
            "-----BEGIN TEST-----\n" + std::string(64, 'A') + "\n-----END TEST-----\n");
}

TEST(Pem, RoundTripsAtEachLength) {
  std::string octets;
  for (int i = 1; i < 300; ++i) {
    octets += static_cast<char>(i);
    const auto blocks = ParsePem(PemEncode("CERTIFICATE", octets), 1);
    ASSERT_TRUE(blocks.ok()) << blocks.status();
    ASSERT_EQ(blocks->size(), 1u);
    EXPECT_EQ(blocks->front().der, octets);
  }
}

TEST(Pem, BlocksKeepTheirOrderAndTextAroundThemIsIgnored) {
  const auto blocks = ParsePem(
      " subject=CN\n" + PemEncode("A", "1") + "issuer=CN -----BEGIN\n" + PemEncode("B B", "2") + "end", 2);
  ASSERT_TRUE(blocks.ok()) << blocks.status();
  ASSERT_EQ(blocks->size(), 2u);
  EXPECT_EQ((*blocks)[0].label, "A");
  EXPECT_EQ((*blocks)[0].der, "1");
  EXPECT_EQ((*blocks)[1].label, "B B");
  EXPECT_EQ((*blocks)[1].der, "2");
}

TEST(Pem, NothingIsNoError) {
  EXPECT_TRUE(ParsePem("", 10).value().empty());
  EXPECT_TRUE(ParsePem("just text\n", 10).value().empty());
}

TEST(Pem, LineEndsAndTrailingBlanksDoNotMatter) {
  ExpectFoobar(kBlock);
  ExpectFoobar(absl::StrReplaceAll(kBlock, {{"\n", "\r\n"}}));
  ExpectFoobar(absl::StrReplaceAll(kBlock, {{"\n", " \t\n"}}));
  ExpectFoobar("-----BEGIN TEST-----\nZm9v\n\nYmFy\n-----END TEST-----");
}

TEST(Pem, OneBlockTooManyIsTooLarge) {
  const std::string two = std::string(kBlock) + kBlock;
  EXPECT_TRUE(ParsePem(two, 2).ok());
  EXPECT_EQ(ReasonOf(ParsePem(two, 1).status()), Reason::kTooLarge);
  EXPECT_EQ(ReasonOf(ParsePem(kBlock, 0).status()), Reason::kTooLarge);
}

TEST(Pem, BlockWithoutEndIsMalformed) {
  ExpectMalformed("-----BEGIN TEST-----\nZm9vYmFy\n", "without END");
  ExpectMalformed("-----BEGIN TEST-----", "without END");
  ExpectMalformed(std::string("-----BEGIN TEST-----\nZm9v\n") + kBlock, "line 3: block without END");
}

TEST(Pem, EndWithoutBeginIsMalformed) {
  ExpectMalformed("Zm9vYmFy\n-----END TEST-----\n", "line 2: END without BEGIN");
}

TEST(Pem, LabelsMustMatch) {
  ExpectMalformed("-----BEGIN TEST-----\nZm9vYmFy\n-----END TOAST-----\n", "line 3: END line does not match");
  ExpectMalformed("-----BEGIN TEST-----\nZm9vYmFy\n-----END TEST----\n", "does not match");
}

TEST(Pem, BadBeginLineIsMalformed) {
  for (const char* line :
       {"-----BEGIN TEST----", "-----BEGIN -----", "-----BEGIN A  B-----", "-----BEGIN -A-----",
        "-----BEGIN A -----", "-----BEGIN A\x01-----", "-----BEGIN TEST----- x"}) {
    ExpectMalformed(std::string(line) + "\nAAAA\n", "line 1: bad BEGIN line");
  }
}

TEST(Pem, BadBase64IsMalformed) {
  for (const char* body : {"Zm9vYmF", "Zm9v!mFy", "Zm9v YmFy", "Zm9vYg==\nZm9v", "-_-_", "Zh=="}) {
    ExpectMalformed("-----BEGIN TEST-----\n" + std::string(body) + "\n-----END TEST-----\n", "bad base64");
  }
}

TEST(Pem, EmptyBlockIsMalformed) {
  ExpectMalformed("-----BEGIN TEST-----\n-----END TEST-----\n", "empty block");
}

// RFC 1421 headers are gone from RFC 7468.
TEST(Pem, HeadersAreMalformed) {
  ExpectMalformed("-----BEGIN TEST-----\nProc-Type: 4,ENCRYPTED\n\nZm9vYmFy\n-----END TEST-----\n",
                  "bad base64");
}

}  // namespace
}  // namespace sti::codec
