#include "common/codec/json_text.h"

#include <gtest/gtest.h>

namespace sti::codec {
namespace {

TEST(OrderedJsonTest, MembersStandAsGivenAtEveryDepth) {
  const JsonValue value =
      JsonObject{{"z", 1},
                 {"a", JsonArray{JsonObject{{"y", true}, {"b", JsonValue()}}, "\"/\n", 1.5}},
                 {"m", JsonObject{}}};
  EXPECT_EQ(OrderedJson(value), R"({"z":1,"a":[{"y":true,"b":null},"\"/\n",1.5],"m":{}})");
  EXPECT_EQ(OrderedJson(JsonArray{}), "[]");
}

TEST(OrderedJsonTest, WhatWasReadIsWrittenAgain) {
  for (const char* text : {R"({"b":{"d":[],"c":"x"},"a":[[1],-2,"ü"]})", "3", R"("")"}) {
    EXPECT_EQ(OrderedJson(ParseJson(text, 1000).value()), text);
  }
}

}  // namespace
}  // namespace sti::codec
