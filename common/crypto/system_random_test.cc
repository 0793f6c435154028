#include "common/crypto/system_random.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace sti::crypto {
namespace {

TEST(SystemRandom, GivesAsManyOctetsAsAskedFor) {
  for (const size_t size : {0, 1, 8, 32, 5000})
    EXPECT_EQ(SystemRandom::Instance().Bytes(size).value().size(), size);
}

TEST(SystemRandom, GivesOthersEachTime) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(SystemRandom::Instance().Bytes(16).value()).second);
}

TEST(SystemRandom, MakesVersion4Uuids) {
  const std::string uuid = MakeUuid(SystemRandom::Instance()).value();
  ASSERT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
}

}  // namespace
}  // namespace sti::crypto
