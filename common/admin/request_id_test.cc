#include "common/admin/request_id.h"

#include <string>

#include "common/crypto/system_random.h"
#include "gtest/gtest.h"

namespace sti::admin {
namespace {

std::string Id(const std::string& given) { return RequestId(given, crypto::SystemRandom::Instance()); }

TEST(RequestId, ASaneOneIsKept) {
  for (const std::string& given : {std::string("r"), std::string(64, 'r'), std::string("~!\"{}\\'")}) {
    EXPECT_EQ(Id(given), given);
  }
}

TEST(RequestId, AnyOtherIsReplacedByAnUuid) {
  for (const std::string& given :
       {std::string(), std::string(65, 'r'), std::string("a b"), std::string("a\n"), std::string("a\0", 2),
        std::string("\x7f"), std::string("\xc3\xb6")}) {
    const std::string id = Id(given);
    EXPECT_NE(id, given);
    EXPECT_EQ(id.size(), 36u) << given;
    EXPECT_NE(Id(given), id);
  }
}

}  // namespace
}  // namespace sti::admin
