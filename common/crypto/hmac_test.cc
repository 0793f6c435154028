#include "common/crypto/hmac.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace sti::crypto {
namespace {

std::string Hex(const std::string& key, absl::string_view message) {
  return absl::BytesToHexString(HmacSha256(Secret(key), message));
}

// RFC 4231 s4.
TEST(HmacTest, PublishedVectorsComeOut) {
  EXPECT_EQ(Hex(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(Hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(Hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacTest, EmptyKeyAndMessageAreNotThoseOfTheCallBefore) {
  const std::string empty = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
  HmacSha256(Secret("another"), "message");
  EXPECT_EQ(Hex("", ""), empty);
}

}  // namespace
}  // namespace sti::crypto
