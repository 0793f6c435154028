#include "common/codec/csv_lines.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::codec {
namespace {

using ::testing::ElementsAre;

// "1=text " for each line; "!" before the text of one that is too long.
std::string Read(absl::string_view file, size_t piece, size_t max_line = 20) {
  std::string out;
  CsvLines lines("a,b", max_line, [&out](const CsvLine& line) {
    absl::StrAppend(&out, line.number, "=", line.too_long ? "!" : "", line.text, " ");
  });
  for (size_t at = 0; at < file.size(); at += piece) lines.Feed(file.substr(at, piece));
  lines.Finish();
  return out;
}

TEST(CsvLines, PiecesOfAnySizeGiveTheSameLines) {
  constexpr char kFile[] =
      "\xEF\xBB\xBF"
      "A,B\r\n\r\n# note\r\n 1 , 2 \r\n3,4\na,b\n5,6";
  for (const size_t piece : {1, 2, 3, 7, 1000})
    EXPECT_EQ(Read(kFile, piece), "4=1 , 2 5=3,4 7=5,6 ") << piece;
}

TEST(CsvLines, LongestLineAndOneOctetMore) {
  const std::string longest(20, 'x');
  for (const size_t piece : {1, 1000}) {
    EXPECT_EQ(Read(longest + "\ny\n", piece), "1=" + longest + " 2=y ");
    EXPECT_EQ(Read(longest + "x\ny\n", piece), "1=!" + longest + " 2=y ");
  }
}

TEST(CsvLines, LongCommentIsAComment) { EXPECT_EQ(Read("#" + std::string(100, 'x') + "\ny", 1), "2=y "); }

TEST(CsvLines, LongLineThatBeginsAsTheHeadingIsNone) { EXPECT_EQ(Read("a,bx\n", 1, 3), "1=!a,b "); }

TEST(CsvLines, NothingInNothingOut) {
  EXPECT_EQ(Read("", 1), "");
  EXPECT_EQ(Read("\n\n", 1), "");
}

TEST(CsvCells, BlanksGoAndEmptyCellsStay) { EXPECT_THAT(CsvCells(" a ,, b\t"), ElementsAre("a", "", "b")); }

}  // namespace
}  // namespace sti::codec
