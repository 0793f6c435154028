// Python's json module reads the same texts, most of them broken by one bit, and must agree about each.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/codec/json.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"

namespace sti::codec {
namespace {

// Answers each line of hexadecimal with the canonical form, "float" for values that Python writes in another
// way, or "refused".
constexpr char kJudge[] = R"(
import json, math, sys

def pairs(members):
    if len(dict(members)) != len(members): raise ValueError
    return dict(members)

def number(text):
    if math.isinf(float(text)): raise ValueError
    global floats
    floats = True
    return float(text)

def integer(text):
    return int(text) if -2**63 <= int(text) < 2**63 else number(text)

def constant(text): raise ValueError

for line in open(sys.argv[1]):
    floats = False
    try:
        value = json.loads(bytes.fromhex(line).decode(), object_pairs_hook=pairs, parse_float=number,
                           parse_int=integer, parse_constant=constant)
        out = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        print("float" if floats else out.hex())
    except ValueError:
        print("refused")
)";

const char* const kSeeds[] = {
    R"({"attest":"A","dest":{"tn":["12155551213"]},"iat":1443208345,"orig":{"tn":"12155551212"},"origid":"123e"})",
    R"({"b": [1, -2, 0, true, false, null, "", {}, []], "a" : {"\u00e9\ud83d\ude00": "\"\\\/\b\f\n\r\t\u0001"}})",
    "{\"\xc3\xa9\":\"\xf0\x9f\x98\x80\",\"e\":\"\xe2\x82\xac\x7f\"}",
    R"([0.5,1e9,-1.25E-3,123456789012345678901234567890,9223372036854775807,9223372036854775808])",
    R"({"aa":1,"ab":2,"ba":3,"bb":4,"a":5,"b":6})",
    " \t\r\n\"white space around\" \n",
};

std::string Answer(const std::string& text) {
  const auto value = ParseJson(text, limits::kJson);
  return value.ok() ? absl::BytesToHexString(CanonicalJson(*value)) : "refused";
}

TEST(JsonJudge, PythonAgrees) {
  std::vector<std::string> texts;
  for (const char* seed : kSeeds) {
    std::string text = seed;
    texts.push_back(text);
    for (size_t bit = 0; bit < text.size() * 8; ++bit) {
      const std::string before = text;
      text[bit / 8] = static_cast<char>(static_cast<uint8_t>(text[bit / 8]) ^ 1U << (bit % 8));
      texts.push_back(text);
      text = before;
    }
    for (size_t size = 0; size < text.size(); ++size) {
      texts.push_back(text.substr(0, size));
      texts.push_back(text.substr(size));
      texts.push_back(text.substr(0, size) + text.substr(size + 1));
    }
  }
  std::string lines;
  for (const std::string& text : texts) absl::StrAppend(&lines, absl::BytesToHexString(text), "\n");
  const testing::TempDir folder;
  const testing::Finished judge = testing::Run(
      {"/usr/bin/python3", "-I", folder.Write("judge.py", kJudge), folder.Write("texts", lines)});
  ASSERT_EQ(judge.exit_code, 0) << judge.err;
  const std::vector<std::string> answers = absl::StrSplit(judge.out, '\n', absl::SkipEmpty());
  ASSERT_EQ(answers.size(), texts.size());
  size_t accepted = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string answer = Answer(texts[i]);
    if (answer != "refused") ++accepted;
    if (answers[i] == "float") {
      EXPECT_NE(answer, "refused") << texts[i];
    } else {
      EXPECT_EQ(answer, answers[i]) << texts[i];
    }
  }
  EXPECT_GT(accepted, 500u);
  EXPECT_GT(texts.size() - accepted, 500u);
}

}  // namespace
}  // namespace sti::codec
