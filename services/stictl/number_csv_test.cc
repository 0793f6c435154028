#include "services/stictl/number_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"

namespace sti::stictl {
namespace {

using testing::HasSubstr;

std::string Text(absl::string_view csv) {
  const auto lines = ParseNumberCsv(csv);
  if (!lines.ok()) return absl::StrCat(ReasonName(ReasonOf(lines.status())), ": ", lines.status().message());
  std::string text;
  for (const NumberLine& line : *lines)
    absl::StrAppend(&text, line.line, "=", line.spc, ":", line.start, "x", line.count, " ");
  return text;
}

TEST(NumberCsv, LinesAreReadWithTheirNumbers) {
  EXPECT_EQ(Text("1234,12155551000,1000\n5678,0800,1\n"), "1=1234:12155551000x1000 2=5678:0800x1 ");
}

TEST(NumberCsv, HeadingCommentsBlanksAndLineEndsAreFine) {
  EXPECT_EQ(
      Text("\xEF\xBB\xBFspc,start,count\r\n\r\n# Acme\r\n 1234 , 12155551000 , 10 \r\n1234,12155552000"),
      "4=1234:12155551000x10 5=1234:12155552000x1 ");
}

TEST(NumberCsv, EveryBadLineIsNamed) {
  const std::string text = Text(
      "1234,12155551000,1000\n1234\n,12155551000,1\n1234,+12155551000,1\n"
      "1234,12155551000,ten\n1234,1,2,3\n1234,1,-1\n1234,1,\n"
      "1234,1,99999999999999999999\n");
  EXPECT_THAT(text, HasSubstr("INVALID_FIELD"));
  for (int line = 2; line <= 9; ++line)
    EXPECT_THAT(text, HasSubstr(absl::StrCat("line ", line, ": "))) << text;
  EXPECT_THAT(text, testing::Not(HasSubstr("line 1:")));
}

TEST(NumberCsv, NoRangeIsAnError) {
  EXPECT_THAT(Text(""), HasSubstr("MISSING_FIELD"));
  EXPECT_THAT(Text("spc,start,count\n# nothing\n"), HasSubstr("MISSING_FIELD"));
}

TEST(NumberCsv, NumberOfLinesIsBounded) {
  std::string csv;
  for (size_t i = 0; i < limits::kNumberListRanges; ++i) csv += "1234,1,1\n";
  EXPECT_TRUE(ParseNumberCsv(csv).ok());
  EXPECT_THAT(Text(csv + "1234,1,1\n"), HasSubstr("TOO_LARGE"));
}

}  // namespace
}  // namespace sti::stictl
