#include "common/http/ip_block.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>
#include <string>

#include "absl/strings/match.h"
#include "common/base/reason.h"

namespace sti::http {
namespace {

bool Contains(const char* block, const char* address) {
  return IpBlock::Parse(block).value().Contains(IpAddress::Parse(address).value());
}

TEST(IpAddress, BothSpellingsOfAnIpv4AddressAreOne) {
  EXPECT_EQ(IpAddress::Parse("192.0.2.1")->octets, IpAddress::Parse("::ffff:192.0.2.1")->octets);
  EXPECT_EQ(IpAddress::Parse("192.0.2.1")->octets, IpAddress::Parse("::ffff:c000:201")->octets);
  EXPECT_TRUE(IpAddress::Parse("::ffff:192.0.2.1")->IsV4());
  EXPECT_FALSE(IpAddress::Parse("::192.0.2.1")->IsV4());
}

TEST(IpAddress, OnlyFullFormsAreAddresses) {
  for (const char* text : {"", "127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "127.0.0.1 ", " 127.0.0.1",
                           "1.2.3.256", "1.2.3.4.5", "fe80::1%lo", "[::1]", ":::1", "1::2::3", "localhost"}) {
    EXPECT_FALSE(IpAddress::Parse(text).has_value()) << text;
  }
  EXPECT_FALSE(IpAddress::Parse(absl::string_view("127.0.0.1\0x", 11)).has_value());
}

TEST(IpAddress, ComesOutOfASockaddr) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  const auto* address = reinterpret_cast<const sockaddr*>(&v6);
  EXPECT_EQ(IpAddress::FromSockaddr(address, sizeof(v6))->octets, IpAddress::Parse("::1")->octets);
  EXPECT_FALSE(IpAddress::FromSockaddr(address, sizeof(v6) - 1).has_value());

  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address = reinterpret_cast<const sockaddr*>(&v4);
  EXPECT_EQ(IpAddress::FromSockaddr(address, sizeof(v4))->octets, IpAddress::Parse("127.0.0.1")->octets);
  EXPECT_FALSE(IpAddress::FromSockaddr(address, sizeof(v4) - 1).has_value());

  sockaddr unix_socket{};
  unix_socket.sa_family = AF_UNIX;
  EXPECT_FALSE(IpAddress::FromSockaddr(&unix_socket, sizeof(unix_socket)).has_value());
}

TEST(IpBlock, EndsWhereItsPrefixEnds) {
  EXPECT_TRUE(Contains("10.0.0.0/8", "10.0.0.0"));
  EXPECT_TRUE(Contains("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(Contains("10.0.0.0/8", "9.255.255.255"));
  EXPECT_FALSE(Contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(Contains("172.16.0.0/12", "172.31.255.255"));
  EXPECT_FALSE(Contains("172.16.0.0/12", "172.32.0.0"));
  EXPECT_TRUE(Contains("fc00::/7", "fdff::1"));
  EXPECT_FALSE(Contains("fc00::/7", "fe00::1"));
  EXPECT_TRUE(Contains("192.0.2.7/32", "192.0.2.7"));
  EXPECT_FALSE(Contains("192.0.2.7/32", "192.0.2.6"));
}

TEST(IpBlock, AnAddressAloneIsABlockOfOne) {
  EXPECT_TRUE(Contains("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(Contains("192.0.2.7", "192.0.2.8"));
  EXPECT_TRUE(Contains("::1", "::1"));
  EXPECT_FALSE(Contains("::1", "::"));
}

TEST(IpBlock, EverythingOfOneFamilyHoldsNothingOfTheOther) {
  EXPECT_TRUE(Contains("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(Contains("0.0.0.0/0", "::1"));
  EXPECT_TRUE(Contains("::/0", "::1"));
  EXPECT_FALSE(Contains("::/0", "203.0.113.9"));
}

struct BadBlock {
  const char* text;
  const char* complaint;
};

class BadIpBlock : public ::testing::TestWithParam<BadBlock> {};

TEST_P(BadIpBlock, IsRefusedWithItsText) {
  const absl::Status status = IpBlock::Parse(GetParam().text).status();
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_TRUE(absl::StrContains(status.message(), GetParam().text)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), GetParam().complaint)) << status;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadIpBlock,
    ::testing::Values(BadBlock{"", "begin with an IPv4 or IPv6 address"}, BadBlock{"/8", "begin with"},
                      BadBlock{"10/8", "begin with"}, BadBlock{"example.com/8", "begin with"},
                      BadBlock{"10.0.0.0/", "prefix length from 0 to 32"}, BadBlock{"10.0.0.0/33", "0 to 32"},
                      BadBlock{"10.0.0.0/-1", "0 to 32"}, BadBlock{"10.0.0.0/+8", "0 to 32"},
                      BadBlock{"10.0.0.0/8 ", "0 to 32"}, BadBlock{"10.0.0.0/8/8", "0 to 32"},
                      BadBlock{"10.0.0.0/255.0.0.0", "0 to 32"}, BadBlock{"fc00::/129", "0 to 128"},
                      BadBlock{"10.0.0.1/8", "beyond its prefix"},
                      BadBlock{"10.0.0.1/31", "beyond its prefix"},
                      BadBlock{"fc00::1/127", "beyond its prefix"},
                      BadBlock{"::ffff:10.0.0.0/104", "in IPv6 form"},
                      BadBlock{"::ffff:0:0/96", "in IPv6 form"}));

}  // namespace
}  // namespace sti::http
