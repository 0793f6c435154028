#include "common/crypto/api_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/reason.h"
#include "common/testing/sequence_random.h"
#include "common/testing/subprocess.h"

namespace sti::crypto {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ApiKey Make(absl::string_view name, uint64_t seed = 1) {
  return MakeApiKey(name, testing::SequenceRandom(seed)).value();
}
ApiKeyTable Parse(absl::string_view text) { return ApiKeyTable::Parse(text).value(); }

TEST(ApiKeyTest, KeyIsKnownByItsLine) {
  const ApiKey one = Make("sbc-1", 1), two = Make("sbc-2", 2);
  const ApiKeyTable table = Parse(absl::StrCat(one.line, "\n", two.line, "\n"));
  EXPECT_EQ(table.NameOf(one.text.RevealForUse()), "sbc-1");
  EXPECT_EQ(table.NameOf(two.text.RevealForUse()), "sbc-2");
  EXPECT_EQ(table.size(), 2u);
}

// python3 says what the line of a key must be, so that files outlive this code.
TEST(ApiKeyTest, HashIsSha256OverSaltAndKey) {
  const ApiKey key = Make("sbc");
  const testing::Finished judge =
      testing::Run({"/usr/bin/python3", "-c",
                    "import base64, hashlib, sys\n"
                    "key, line = sys.argv[1:]\n"
                    "name, salt, digest = line.replace(':', ' ').split()\n"
                    "un = lambda t: base64.urlsafe_b64decode(t + '=' * (-len(t) % 4))\n"
                    "print(name, un(digest) == hashlib.sha256(un(salt) + key.encode()).digest(), "
                    "len(un(salt)), len(un(key)))",
                    std::string(key.text.RevealForUse()), key.line});
  EXPECT_EQ(judge.out, "sbc True 16 32\n") << judge.err;
}

TEST(ApiKeyTest, LineDoesNotHoldTheKey) {
  const ApiKey key = Make("sbc");
  EXPECT_THAT(key.line, Not(HasSubstr(std::string(key.text.RevealForUse()))));
}

TEST(ApiKeyTest, KeysAndSaltsDiffer) {
  const testing::SequenceRandom random;
  const ApiKey one = MakeApiKey("sbc", random).value(), two = MakeApiKey("sbc", random).value();
  EXPECT_FALSE(one.text == two.text);
  EXPECT_NE(one.line.substr(0, 20), two.line.substr(0, 20));
}

TEST(ApiKeyTest, EveryOtherTextIsRefused) {
  const ApiKey key = Make("sbc");
  const ApiKeyTable table = Parse(key.line);
  const std::string good(key.text.RevealForUse());
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(table.NameOf(bad), "") << i;
  }
  for (const std::string& bad : std::vector<std::string>{"", good.substr(1), good + "A", " " + good,
                                                         good + "=", key.line, std::string(100000, 'A')}) {
    EXPECT_EQ(table.NameOf(bad), "");
  }
  EXPECT_EQ(Parse("").NameOf(good), "");
}

TEST(ApiKeyTest, AClientMayHaveTwoKeys) {
  const ApiKey before = Make("sbc", 1), after = Make("sbc", 2);
  const ApiKeyTable table = Parse(absl::StrCat("# keys\n\n", before.line, "\r\n  ", after.line));
  EXPECT_EQ(table.NameOf(before.text.RevealForUse()), "sbc");
  EXPECT_EQ(table.NameOf(after.text.RevealForUse()), "sbc");
}

TEST(ApiKeyTest, BadLineIsNamedAndNotQuoted) {
  const ApiKey key = Make("sbc");
  const std::vector<std::string> words = absl::StrSplit(key.line, absl::ByAnyChar(" :"));
  for (const std::string& bad : std::vector<std::string>{
           std::string(key.text.RevealForUse()), absl::StrCat("sbc ", words[1]),
           absl::StrCat("sbc ", words[1], ":"), absl::StrCat("s/c ", words[1], ":", words[2]),
           absl::StrCat(words[1], ":", words[2]), absl::StrCat("sbc ", words[2], ":", words[1]),
           absl::StrCat("sbc ", words[1], ":", words[2], "A"), absl::StrCat(key.line, " more")}) {
    const absl::Status status = ApiKeyTable::Parse(absl::StrCat(key.line, "\n", bad)).status();
    EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid) << bad;
    EXPECT_THAT(std::string(status.message()), HasSubstr("line 2"));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr(words[2])));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr(std::string(key.text.RevealForUse()))));
  }
}

TEST(ApiKeyTest, NumberOfKeysIsBounded) {
  const std::string line = Make("sbc").line + "\n";
  std::string text;
  for (int i = 0; i < 1000; ++i) text += line;
  EXPECT_EQ(Parse(text).size(), 1000u);
  EXPECT_EQ(ReasonOf(ApiKeyTable::Parse(text + line).status()), Reason::kConfigInvalid);
}

TEST(ApiKeyTest, NamesAreBounded) {
  const testing::SequenceRandom random;
  for (const std::string& good : {std::string("a"), std::string("sbc-1.example_NET"), std::string(64, 'n')}) {
    EXPECT_TRUE(MakeApiKey(good, random).ok()) << good;
  }
  for (const std::string& bad : {std::string(), std::string("a b"), std::string("a:b"), std::string("#a/b"),
                                 std::string("a\n"), std::string(65, 'n')}) {
    EXPECT_EQ(ReasonOf(MakeApiKey(bad, random).status()), Reason::kInvalidField) << bad;
  }
  EXPECT_FALSE(MakeApiKey("sbc", testing::FailingRandom()).ok());
}

}  // namespace
}  // namespace sti::crypto
