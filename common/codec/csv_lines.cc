#include "common/codec/csv_lines.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sti::codec {
namespace {

constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";  // spreadsheets write it

}  // namespace

void CsvLines::Keep(absl::string_view part) {
  const size_t room = max_line_ - begun_.size();
  too_long_ = too_long_ || part.size() > room;
  const absl::string_view kept = part.substr(0, room);
  begun_.append(kept.data(), kept.size());
}

void CsvLines::Feed(absl::string_view piece) {
  while (!piece.empty()) {
    const size_t end = piece.find('\n');
    Keep(piece.substr(0, end));
    if (end == absl::string_view::npos) return;
    piece.remove_prefix(end + 1);
    EndLine(begun_);
  }
}

void CsvLines::Finish() {
  if (!begun_.empty()) EndLine(begun_);
}

void CsvLines::EndLine(absl::string_view line) {
  ++number_;
  if (number_ == 1) absl::ConsumePrefix(&line, kByteOrderMark);
  line = absl::StripAsciiWhitespace(line);
  const bool passed_over = line.empty() || line.front() == '#' || absl::EqualsIgnoreCase(line, heading_);
  if (!passed_over || (too_long_ && (line.empty() || line.front() != '#'))) {
    handler_({number_, line, too_long_});
  }
  begun_.clear();
  too_long_ = false;
}

std::vector<absl::string_view> CsvCells(absl::string_view line) {
  std::vector<absl::string_view> cells = absl::StrSplit(line, ',');
  for (absl::string_view& cell : cells) cell = absl::StripAsciiWhitespace(cell);
  return cells;
}

}  // namespace sti::codec
