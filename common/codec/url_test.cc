#include "common/codec/url.h"

#include <string>

#include "common/base/limits.h"
#include "common/base/reason.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::codec {
namespace {

void ExpectParts(const std::string& text, const std::string& host, uint16_t port, const std::string& path) {
  const auto url = Url::Parse(text);
  ASSERT_TRUE(url.ok()) << text << ": " << url.status();
  EXPECT_EQ(url->text(), text);
  EXPECT_EQ(url->host(), host) << text;
  EXPECT_EQ(url->port(), port) << text;
  EXPECT_EQ(url->path(), path) << text;
}

void ExpectRefused(const std::string& text, const std::string& what) {
  const auto url = Url::Parse(text);
  ASSERT_FALSE(url.ok()) << text;
  EXPECT_EQ(ReasonOf(url.status()), Reason::kInvalidField) << text;
  EXPECT_THAT(std::string(url.status().message()), ::testing::HasSubstr(what)) << text;
}

TEST(Url, PartsOfGoodUrls) {
  ExpectParts("https://cert.example.org/passport.cer", "cert.example.org", 443, "/passport.cer");
  ExpectParts("https://cr.example.org:8443/a/b.pem", "cr.example.org", 8443, "/a/b.pem");
  ExpectParts("https://192.0.2.1:1/x", "192.0.2.1", 1, "/x");
  ExpectParts("https://[2001:DB8::1]/x", "2001:db8::1", 443, "/x");
  ExpectParts("https://[::ffff:192.0.2.1]:65535/x", "::ffff:192.0.2.1", 65535, "/x");
  ExpectParts("https://localhost", "localhost", 443, "/");
  ExpectParts("https://a.example/-._~!$&'()*+,;=:@%2F%aB//", "a.example", 443, "/-._~!$&'()*+,;=:@%2F%aB//");
}

TEST(Url, SchemeAndHostIgnoreCaseButTheTextStaysAsItCame) {
  ExpectParts("HTTPS://CR.Example.ORG/Path.PEM", "cr.example.org", 443, "/Path.PEM");
}

TEST(Url, OnlyHttps) {
  for (const char* text :
       {"", "http://a.example/x", "https:/a.example/x", "https//a.example", "ftp://a.example/x",
        "//a.example/x", "data:text/plain,x", "file:///etc/passwd", "httpss://a.example/x"}) {
    ExpectRefused(text, "scheme is not https");
  }
}

TEST(Url, NoUserInformation) {
  ExpectRefused("https://user@a.example/x", "user information");
  ExpectRefused("https://user:password@a.example/x", "user information");
  ExpectRefused("https://@a.example/x", "user information");
  ExpectRefused("https://a.example@evil.example", "user information");
  ExpectParts("https://a.example/@x", "a.example", 443, "/@x");
}

TEST(Url, NoQueryNotEvenAnEmptyOne) {
  ExpectRefused("https://a.example/x?y=1", "query");
  ExpectRefused("https://a.example/x?", "query");
  ExpectRefused("https://a.example?", "query");
}

TEST(Url, NoFragmentNotEvenAnEmptyOne) {
  ExpectRefused("https://a.example/x#y", "fragment");
  ExpectRefused("https://a.example/x#", "fragment");
  ExpectRefused("https://a.example#", "fragment");
}

TEST(Url, NoWhiteSpaceControlOrNonAsciiCharacters) {
  for (const char c : {' ', '\t', '\r', '\n', '\0', '\x01', '\x7f', '\x80', '\xc3'}) {
    ExpectRefused(std::string("https://a.example/x") + c, "white space, control or non-ASCII");
    ExpectRefused(std::string("https://a") + c + ".example/x", "white space, control or non-ASCII");
  }
}

TEST(Url, HostIsADnsName) {
  ExpectRefused("https:///x", "no host");
  ExpectRefused("https://:443/x", "no host");
  for (const char* host : {".", "a..b", ".a", "a.", "-a.example", "a-.example", "a_b.example", "a%41.example",
                           "a*b", "a\\b.example", "[a.example", "a,b", "a!b"}) {
    ExpectRefused(std::string("https://") + host + "/x",
                  host[0] == '[' ? "closing bracket" : "neither a DNS name");
  }
  ExpectParts("https://a-b.xn--p1ai/x", "a-b.xn--p1ai", 443, "/x");
  ExpectParts("https://1a.2b/x", "1a.2b", 443, "/x");
}

TEST(Url, LabelsAndNamesHaveALongestLength) {
  const std::string label(63, 'a');
  ExpectParts("https://" + label + ".example/x", label + ".example", 443, "/x");
  ExpectRefused("https://a" + label + ".example/x", "neither a DNS name");
  const std::string name = label + "." + label + "." + label + "." + std::string(61, 'b');
  ASSERT_EQ(name.size(), 253u);
  ExpectParts("https://" + name + "/x", name, 443, "/x");
  ExpectRefused("https://" + name + "b/x", "too long");
}

// Spellings of 127.0.0.1 that resolvers take and that an address check may miss.
TEST(Url, NumericHostsAreDottedQuadsOrNothing) {
  for (const char* host : {"127.1", "2130706433", "0x7f.1", "0x7f000001", "127.0.0.0x1", "0177.0.0.1",
                           "127.0.0.1.1", "256.0.0.1", "1.2.3.4.5", "a.1", "01.2.3.4"}) {
    ExpectRefused(std::string("https://") + host + "/x", "malformed IPv4");
  }
}

TEST(Url, Ipv6LiteralsMustBeWellFormed) {
  for (const char* host :
       {"[]", "[::1", "[1::2::3]", "[fe80::1%25eth0]", "[fe80::1%eth0]", "[127.0.0.1]", "[::g]", "[v1.x]"}) {
    ExpectRefused(std::string("https://") + host + "/x", "IPv6 address");
  }
  ExpectRefused("https://[::1]x/x", "text after the host");
  ExpectRefused("https://[::1].example/x", "text after the host");
  ExpectRefused("https://::1/x", "no host");
}

TEST(Url, PortIsANumberFrom1To65535) {
  for (const char* port :
       {"", "0", "00443", "0443", "65536", "99999", "100000", "-1", "+443", "4a", "443:443", "0x1bb"}) {
    ExpectRefused(std::string("https://a.example:") + port + "/x", "port");
  }
  ExpectParts("https://a.example:65535/x", "a.example", 65535, "/x");
}

TEST(Url, PathHasOnlyWhatRfc3986Allows) {
  for (const char c : {'\\', '"', '<', '>', '^', '`', '{', '|', '}', '[', ']'}) {
    ExpectRefused(std::string("https://a.example/x") + c, "character that a URL may not have");
  }
  for (const char* tail : {"%", "%2", "%2g", "%g2", "%%41"}) {
    ExpectRefused(std::string("https://a.example/x") + tail, "hexadecimal");
  }
}

TEST(Url, LongestLengthPasses) {
  std::string text = "https://a.example/";
  text.append(limits::kUrl - text.size(), 'x');
  EXPECT_TRUE(Url::Parse(text).ok());
  EXPECT_EQ(ReasonOf(Url::Parse(text + "x").status()), Reason::kTooLarge);
}

}  // namespace
}  // namespace sti::codec
