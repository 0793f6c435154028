#include "common/codec/json.h"

#include "gtest/gtest.h"

namespace sti::codec {
namespace {

TEST(Json, CanonicalFormSortsMembers) {
  const auto value = ParseJson(R"({"b": [1, 2.5, 123456789012345678901234567890], "a": {"z": null, "y": "\u00e9\/"}})", 1000);
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(CanonicalJson(*value), "{\"a\":{\"y\":\"é/\",\"z\":null},\"b\":[1,2.5,1.2345678901234568e+29]}");
}

}  // namespace
}  // namespace sti::codec
