#include "common/stir/claim_syntax.h"

#include <gtest/gtest.h>

#include "common/base/limits.h"

namespace sti::stir {
namespace {

TEST(ClaimSyntax, ResourcePriorityIsOneNamespaceAndOnePriority) {
  for (const char* good : {"ets.0", "wps.4", "esnet.0", "dsn.flash-override", "q735.*", "x-1_+`'~!%.0"}) {
    EXPECT_TRUE(IsResourcePriority(good)) << good;
  }
  for (const char* bad : {"", ".", "ets", "ets.", ".0", "ets.0.0", "ets .0", "ets.0 ", "ets,wps.0",
                          "\"ets\".0", "\xc3\xa4.0"}) {
    EXPECT_FALSE(IsResourcePriority(bad)) << bad;
  }
  EXPECT_TRUE(IsEmergencyPriority("ESNET.4"));
  for (const char* bad : {"esnet", "esnet.", "esnets.1", "ets.0", "x.esnet"}) {
    EXPECT_FALSE(IsEmergencyPriority(bad)) << bad;
  }
}

TEST(ClaimSyntax, HistoryIndexIsNumbersAndDots) {
  for (const char* good : {"1", "1.2.1", "10.0"}) EXPECT_TRUE(IsHistoryIndex(good)) << good;
  for (const char* bad : {"", ".", "1.", ".1", "1..2", "a", "1.2a", "-1", " 1"}) {
    EXPECT_FALSE(IsHistoryIndex(bad)) << bad;
  }
  EXPECT_TRUE(IsHistoryIndex(std::string(limits::kTelephoneNumber, '1')));
  EXPECT_FALSE(IsHistoryIndex(std::string(limits::kTelephoneNumber + 1, '1')));
}

TEST(ClaimSyntax, UrlsForPeopleAreHttps) {
  for (const char* good : {"https://a.example", "HTTPS://a.example/x?y=1&z#f", "https://[2001:db8::1]/x",
                           "https://a.example:8443/%C3%A4"}) {
    EXPECT_TRUE(IsHttpsUrl(good)) << good;
    EXPECT_TRUE(IsImageUrl(good)) << good;
  }
  for (const char* bad :
       {"", "https:", "https://", "https:///x", "https://:443/x", "http://a.example/x", "ftp://a.example/x",
        "//a.example/x", "https://u@a.example/x", "https://a.example/ x", "https://a.example/\"x",
        "https://a.example/<x>", "https://a.example/\n", "javascript:x", "https://a.example/\xc3\xa4"}) {
    EXPECT_FALSE(IsHttpsUrl(bad)) << bad;
    EXPECT_FALSE(IsImageUrl(bad)) << bad;
  }
}

TEST(ClaimSyntax, DataUrlsAreImages) {
  for (const char* good : {"data:image/png;base64,iVBORw0KGgo=", "DATA:image/svg+xml,%3Csvg/%3E"}) {
    EXPECT_TRUE(IsImageUrl(good)) << good;
    EXPECT_FALSE(IsHttpsUrl(good)) << good;
  }
  for (const char* bad : {"data:", "data:,x", "data:image/png", "data:image/,x", "data:text/html,<b>",
                          "data:text/html,x", "data:image/png,a b"}) {
    EXPECT_FALSE(IsImageUrl(bad)) << bad;
  }
}

TEST(ClaimSyntax, DisplayTextHasNoControlCharacters) {
  EXPECT_TRUE(IsDisplayText("\xc3\x84rzte \"42\"", false));
  EXPECT_TRUE(IsDisplayText("", true));
  EXPECT_FALSE(IsDisplayText("", false));
  for (const char* bad : {"a\nb", "\x1b[2J", "\x7f", "a\r"}) EXPECT_FALSE(IsDisplayText(bad, true)) << bad;
  EXPECT_TRUE(IsDisplayText(std::string(limits::kDisplayText, 'x'), false));
  EXPECT_FALSE(IsDisplayText(std::string(limits::kDisplayText + 1, 'x'), false));
}

TEST(ClaimSyntax, JsonPointersBeginWithASlash) {
  for (const char* good : {"", "/", "/a/b", "/a~0b~1c"}) EXPECT_TRUE(IsJsonPointer(good)) << good;
  for (const char* bad : {"a", "#/a", "/a~", "/a~2", "/~x"}) EXPECT_FALSE(IsJsonPointer(bad)) << bad;
}

TEST(ClaimSyntax, ADigestSaysItsAlgorithmAndLength) {
  const auto sha256 = DigestText::Parse("sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0");
  ASSERT_TRUE(sha256);
  EXPECT_EQ(sha256->algorithm, "sha256");
  EXPECT_TRUE(sha256->HasRightSize());
  // Well-formed, and the digest of nothing, as the value that RFC 9475 s3.2 prints.
  const auto shorter = DigestText::Parse("sha384-YWJj");
  ASSERT_TRUE(shorter);
  EXPECT_EQ(shorter->octets, "abc");
  EXPECT_FALSE(shorter->HasRightSize());
  for (const char* bad : {"", "sha256", "sha256-", "sha1-YWJj", "SHA256-YWJj", "sha-256-YWJj", "sha256-Y",
                          "sha256-YW Jj", "sha256-YWJj\n"}) {
    EXPECT_FALSE(DigestText::Parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace sti::stir
