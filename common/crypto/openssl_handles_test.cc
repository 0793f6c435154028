#include "common/crypto/openssl_handles.h"

#include <openssl/err.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::crypto {
namespace {

TEST(OpenSslErrors, DrainGivesThemAllAndLeavesNone) {
  ERR_clear_error();
  const unsigned char junk[] = {0x30, 0x01};
  const unsigned char* at = junk;
  EXPECT_EQ(EvpPkeyPtr(d2i_PUBKEY(nullptr, &at, sizeof(junk))), nullptr);
  EXPECT_THAT(DrainOpenSslErrors(), ::testing::HasSubstr("error:"));
  EXPECT_EQ(ERR_peek_error(), 0u);
  EXPECT_EQ(DrainOpenSslErrors(), "no OpenSSL error");
}

}  // namespace
}  // namespace sti::crypto
