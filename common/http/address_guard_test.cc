#include "common/http/address_guard.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <ostream>

#include "common/base/reason.h"

namespace sti::http {
namespace {

absl::string_view WhyRefused(const AddressGuard& guard, const char* address) {
  return guard.WhyRefused(IpAddress::Parse(address).value());
}

// First and last address of a block from the IANA registries, and the neighbours on both sides as far as they
// are not special themselves ("" where they are).
struct Block {
  const char* before;
  const char* first;
  const char* last;
  const char* after;
};

void PrintTo(const Block& block, std::ostream* out) { *out << block.first << " to " << block.last; }

class SpecialBlock : public ::testing::TestWithParam<Block> {
 protected:
  const AddressGuard guard_ = AddressGuard::Create({}).value();
};

TEST_P(SpecialBlock, IsRefusedFromItsFirstToItsLastAddress) {
  EXPECT_NE(WhyRefused(guard_, GetParam().first), "");
  EXPECT_NE(WhyRefused(guard_, GetParam().last), "");
}

TEST_P(SpecialBlock, EndsAtItsNeighbours) {
  for (const char* neighbour : {GetParam().before, GetParam().after}) {
    if (*neighbour != '\0') {
      EXPECT_EQ(WhyRefused(guard_, neighbour), "") << neighbour;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    V4, SpecialBlock,
    ::testing::Values(Block{"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},                         //
                      Block{"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},         //
                      Block{"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},  //
                      Block{"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},    //
                      Block{"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
                      Block{"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
                      Block{"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
                      Block{"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
                      Block{"192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0"},
                      Block{"192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0"},
                      Block{"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
                      Block{"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
                      Block{"192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0"},
                      Block{"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
                      Block{"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
                      Block{"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
                      Block{"223.255.255.255", "224.0.0.0", "239.255.255.255", ""},
                      Block{"", "240.0.0.0", "255.255.255.255", ""}));

INSTANTIATE_TEST_SUITE_P(
    V6, SpecialBlock,
    ::testing::Values(Block{"", "::", "::1", ""},                                          //
                      Block{"", "::2", "::ffff:ffff", ""},                                 // IPv4-compatible
                      Block{"", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", ""},  //
                      Block{"", "100::", "100::ffff:ffff:ffff:ffff", ""},                  //
                      Block{"", "100:0:0:1::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                            "2000::1"},  // not allocated
                      Block{"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                            "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
                      Block{"", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "2001:1::1", ""},   // end of Teredo
                      Block{"", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", ""},       // benchmarking
                      Block{"", "2001:10::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", ""},  // ORCHID
                      Block{"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
                            "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
                      Block{"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                            "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"},
                      Block{"2620:4f:7fff:ffff:ffff:ffff:ffff:ffff",
                            "2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "2620:4f:8001::"},
                      Block{"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                            "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"},
                      Block{"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                            "4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
                      Block{"", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
                      Block{"", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
                      Block{"", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
                      Block{"", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
                      Block{"", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""}));

TEST(AddressGuard, SaysWhatAnAddressIs) {
  const AddressGuard guard = AddressGuard::Create({}).value();
  EXPECT_EQ(WhyRefused(guard, "127.0.0.1"), "loopback");
  EXPECT_EQ(WhyRefused(guard, "::1"), "loopback");
  EXPECT_EQ(WhyRefused(guard, "10.1.2.3"), "private");
  EXPECT_EQ(WhyRefused(guard, "169.254.169.254"), "link local");
  EXPECT_EQ(WhyRefused(guard, "255.255.255.255"), "reserved");
  EXPECT_EQ(WhyRefused(guard, "2001::1"), "Teredo");
  EXPECT_EQ(WhyRefused(guard, "4000::1"), "not global unicast");
}

TEST(AddressGuard, PublicAddressesPass) {
  const AddressGuard guard = AddressGuard::Create({}).value();
  for (const char* address : {"8.8.8.8", "1.1.1.1", "193.0.6.139", "::ffff:8.8.8.8", "2001:4860:4860::8888",
                              "2a00::1", "2606:4700:4700::1111", "64:ff9b::8.8.8.8"}) {
    EXPECT_EQ(WhyRefused(guard, address), "") << address;
  }
}

TEST(AddressGuard, SeesThroughEmbeddedForms) {
  const AddressGuard guard = AddressGuard::Create({}).value();
  for (const char* address : {
           "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0",  // v4-mapped
           "::127.0.0.1",                                                          // v4-compatible
           "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::192.168.255.255",  // NAT64
           "64:ff9b:1::8.8.8.8",                                                   // local-use NAT64
           "2002:7f00:1::1", "2002:a00:1::1", "2002:808:808::1",                   // 6to4
           "2001:0:808:808:0:ffff:80ff:fffe",                                      // Teredo of 127.0.0.1
       }) {
    EXPECT_NE(WhyRefused(guard, address), "") << address;
  }
}

TEST(AddressGuard, ExemptionCoversItsBlockOnly) {
  const AddressGuard guard = AddressGuard::Create({"127.0.0.1/32", "10.1.0.0/16", "fd00:1::/32"}).value();
  EXPECT_EQ(WhyRefused(guard, "127.0.0.1"), "");
  EXPECT_NE(WhyRefused(guard, "127.0.0.2"), "");
  EXPECT_EQ(WhyRefused(guard, "10.1.255.255"), "");
  EXPECT_NE(WhyRefused(guard, "10.2.0.0"), "");
  EXPECT_EQ(WhyRefused(guard, "fd00:1:ffff::1"), "");
  EXPECT_NE(WhyRefused(guard, "fd00:2::1"), "");
}

TEST(AddressGuard, Ipv4ExemptionHoldsForTheMappedFormAndNoOther) {
  const AddressGuard guard = AddressGuard::Create({"127.0.0.0/8"}).value();
  EXPECT_EQ(WhyRefused(guard, "::ffff:127.0.0.1"), "");
  EXPECT_NE(WhyRefused(guard, "::127.0.0.1"), "");
  EXPECT_NE(WhyRefused(guard, "64:ff9b::127.0.0.1"), "");
  EXPECT_NE(WhyRefused(guard, "2002:7f00:1::1"), "");
  EXPECT_NE(WhyRefused(guard, "::1"), "");
}

TEST(AddressGuard, ExemptionOfAllIpv6LeavesIpv4Guarded) {
  const AddressGuard guard = AddressGuard::Create({"::/0"}).value();
  EXPECT_EQ(WhyRefused(guard, "::1"), "");
  EXPECT_NE(WhyRefused(guard, "127.0.0.1"), "");
  EXPECT_NE(WhyRefused(guard, "::ffff:127.0.0.1"), "");
}

TEST(AddressGuard, FamiliesOtherThanIpAreRefused) {
  sockaddr address{};
  address.sa_family = AF_UNIX;
  EXPECT_NE(AddressGuard::Create({"0.0.0.0/0", "::/0"}).value().WhyRefused(&address, sizeof(address)), "");
}

TEST(AddressGuard, BadExemptionIsNamed) {
  const absl::Status status = AddressGuard::Create({"10.0.0.0/8", "10.0.0.1/8"}).status();
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(status), "allowed_special_addresses[1]");
}

}  // namespace
}  // namespace sti::http
