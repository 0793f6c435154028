#include "common/daemon/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sti::daemon {
namespace {

using ::testing::HasSubstr;
using Kind = YamlNode::Kind;

TEST(YamlTest, PlacesAreCountedFromOne) {
  const YamlResult result = ParseYaml("a: 1\nb:\n  - x\n  - c: 'two'\n");
  ASSERT_TRUE(result.ok) << result.error;
  ASSERT_EQ(result.root.entries.size(), 2U);
  const YamlNode& b = result.root.entries[1].second;
  ASSERT_EQ(b.items.size(), 2U);
  EXPECT_EQ(b.items[0].text, "x");
  EXPECT_EQ(b.items[0].line, 3);
  EXPECT_EQ(b.items[0].column, 5);
  const YamlNode& two = b.items[1].entries.at(0).second;
  EXPECT_EQ(two.text, "two");
  EXPECT_TRUE(two.quoted);
  EXPECT_EQ(two.line, 4);
  EXPECT_EQ(two.column, 8);
}

TEST(YamlTest, DuplicateKeysAreKeptForTheCaller) {
  const YamlResult result = ParseYaml("a: 1\na: 2\n");
  ASSERT_TRUE(result.ok);
  EXPECT_EQ(result.root.entries.size(), 2U);
}

TEST(YamlTest, NullIsTheUnquotedWord) {
  const YamlResult result = ParseYaml("a:\nb: ~\nc: null\nd: 'null'\n");
  ASSERT_TRUE(result.ok);
  EXPECT_EQ(result.root.entries[0].second.kind, Kind::kNull);
  EXPECT_EQ(result.root.entries[1].second.kind, Kind::kNull);
  EXPECT_EQ(result.root.entries[2].second.kind, Kind::kNull);
  EXPECT_EQ(result.root.entries[3].second.kind, Kind::kScalar);
}

TEST(YamlTest, EmptyTextIsNull) {
  for (const char* text : {"", "\n", "# only a comment\n"}) {
    const YamlResult result = ParseYaml(text);
    EXPECT_TRUE(result.ok);
    EXPECT_EQ(result.root.kind, Kind::kNull);
  }
}

TEST(YamlTest, ErrorsHaveAPlace) {
  const YamlResult result = ParseYaml("a: 1\nb: [1, 2\nc: 3\n");
  EXPECT_FALSE(result.ok);
  EXPECT_GE(result.line, 2);
  EXPECT_FALSE(result.error.empty());
}

TEST(YamlTest, AliasesAnchorsTagsAndSecondDocumentsAreRefused) {
  const auto error = [](const char* text) {
    const YamlResult result = ParseYaml(text);
    EXPECT_FALSE(result.ok) << text;
    return result.error;
  };
  EXPECT_THAT(error("a: &x 1\nb: *x\n"), HasSubstr("anchors"));
  EXPECT_THAT(error("a: &x {b: 1}\n"), HasSubstr("anchors"));
  EXPECT_THAT(error("a: !!int 1\n"), HasSubstr("tags"));
  EXPECT_THAT(error("a: 1\n---\nb: 2\n"), HasSubstr("more than one"));
}

TEST(YamlTest, HostileTextsGiveErrorsOnly) {
  ParseYaml(std::string(100000, '['));
  ParseYaml(std::string(100000, '{'));
  ParseYaml(std::string("\0\xff\xfe\0", 4));
  ParseYaml("? ? ? ?\n: : :");
  ParseYaml("*");
  ParseYaml("%YAML 9.9\n---\na");
}

}  // namespace
}  // namespace sti::daemon
