#include "services/ca/acme_links.h"

#include <string>

#include "gtest/gtest.h"

namespace sti::ca {
namespace {

constexpr char kId[] = "00684ef100c0ffee0123456789abcdef0123456789";

TEST(AcmeLinks, IdComesBackFromItsUrl) {
  const AcmeLinks links("https://ca.example.net");
  EXPECT_EQ(links.To("account", kId), std::string("https://ca.example.net/acme/account/") + kId);
  EXPECT_EQ(links.IdOf("account", links.To("account", kId)), kId);
  EXPECT_EQ(links.IdOf("order", links.To("account", kId)), "");
  EXPECT_EQ(links.IdOf("account", "https://evil.example/acme/account/1"), "");
}

TEST(AcmeLinks, TextThatNoIdHasDoesNotComeThrough) {
  const AcmeLinks links("https://ca.example.net");
  for (const std::string& id :
       {std::string(), std::string("ab\0cd", 5), std::string("a/b"), std::string("a b"),
        std::string("\xff\xfe"), std::string("abg"), std::string("ab'"), std::string(65, 'a')}) {
    EXPECT_EQ(links.IdOf("account", links.To("account", id)), "") << id;
  }
  EXPECT_EQ(links.IdOf("account", links.To("account", std::string(64, 'a'))), std::string(64, 'a'));
}

}  // namespace
}  // namespace sti::ca
