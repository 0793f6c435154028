// CSV as admins write it for this project: cells without quotes or commas in them, one record a line.
#ifndef COMMON_CODEC_CSV_LINES_H_
#define COMMON_CODEC_CSV_LINES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace sti::codec {

struct CsvLine {
  int64_t number = 0;      // of the file, from 1
  absl::string_view text;  // without blanks and line end at its ends; valid during the call only
  bool too_long = false;   // `text` is the beginning of it then
};

// Takes a file apart that comes in pieces of any size, in bounded memory. Passed over: empty lines, lines
// that begin with "#", the heading wherever it stands, a byte order mark before the first line. LF and CR LF
// end a line; the last one needs neither. Thread-compatible.
class CsvLines {
 public:
  using Handler = std::function<void(const CsvLine& line)>;
  // `heading` is compared without regard to case. Of a longer line than `max_line` octets only the beginning
  // is kept.
  CsvLines(std::string heading, size_t max_line, Handler handler)
      : heading_(std::move(heading)), max_line_(max_line), handler_(std::move(handler)) {}

  void Feed(absl::string_view piece);
  // After the last piece.
  void Finish();

 private:
  void Keep(absl::string_view part);
  void EndLine(absl::string_view line);

  const std::string heading_;
  const size_t max_line_;
  const Handler handler_;
  std::string begun_;  // a line whose end has not come yet
  bool too_long_ = false;
  int64_t number_ = 0;
};

// The cells of a line, without blanks around them.
std::vector<absl::string_view> CsvCells(absl::string_view line);

}  // namespace sti::codec

#endif  // COMMON_CODEC_CSV_LINES_H_
