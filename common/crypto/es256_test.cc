#include "common/crypto/es256.h"

#include "gtest/gtest.h"

namespace sti::crypto {
namespace {

TEST(Es256, WhatIsSignedVerifies) {
  const auto key = SigningKey::Generate();
  ASSERT_TRUE(key.ok()) << key.status();
  const auto signature = (*key)->Sign("message");
  ASSERT_TRUE(signature.ok()) << signature.status();
  EXPECT_TRUE((*key)->public_key().Verify("message", *signature));
  EXPECT_FALSE((*key)->public_key().Verify("massage", *signature));
  const auto again = VerifyingKey::FromSpki((*key)->public_key().Spki());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(*again == (*key)->public_key());
}

}  // namespace
}  // namespace sti::crypto
