#include "common/http/address_load.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>

namespace sti::http {
namespace {

TEST(AddressLoadTest, AnAddressIsFullAndFreeAgain) {
  AddressLoad load(2);
  AddressLoad::Share first(load), third(load);
  auto second = std::make_unique<AddressLoad::Share>(load);
  EXPECT_TRUE(first.Take("192.0.2.1"));
  EXPECT_TRUE(second->Take("192.0.2.1"));
  EXPECT_FALSE(third.Take("192.0.2.1"));
  EXPECT_TRUE(third.Take("192.0.2.2")) << "another address is";
  second.reset();
  EXPECT_TRUE(third.Take("192.0.2.1"));
}

TEST(AddressLoadTest, ADownloadCountsOnceAnAddress) {
  AddressLoad load(1);
  AddressLoad::Share one(load);
  EXPECT_TRUE(one.Take("192.0.2.1"));
  EXPECT_TRUE(one.Take("192.0.2.1"));
  EXPECT_TRUE(one.Take("2001:db8::1"));
  AddressLoad::Share other(load);
  EXPECT_FALSE(other.Take("2001:db8::1"));
}

std::string TextOf(const char* text) {
  sockaddr_storage storage{};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    std::memcpy(&storage, &v4, sizeof(v4));
  } else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    std::memcpy(&storage, &v6, sizeof(v6));
  }
  return AddressText(reinterpret_cast<const sockaddr&>(storage));
}

TEST(AddressLoadTest, AnAddressHasOneText) {
  EXPECT_EQ(TextOf("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(TextOf("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(TextOf("2001:0db8:0::1"), "2001:db8::1");
  EXPECT_EQ(TextOf("junk"), "");
}

}  // namespace
}  // namespace sti::http
