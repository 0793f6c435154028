#include "common/codec/pem.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/reason.h"
#include "common/codec/base64url.h"

namespace sti::codec {
namespace {

constexpr absl::string_view kBegin = "-----BEGIN ";
constexpr absl::string_view kEnd = "-----END ";
constexpr absl::string_view kDashes = "-----";
constexpr size_t kLineLength = 64;

// Cuts the next line off `text`, without its end and trailing blanks, which RFC 7468 s2 tells parsers to
// ignore.
absl::string_view NextLine(absl::string_view& text) {
  const size_t end = text.find('\n');
  const absl::string_view line = text.substr(0, end);
  text.remove_prefix(end == absl::string_view::npos ? text.size() : end + 1);
  return absl::StripTrailingAsciiWhitespace(line);
}

absl::Status Malformed(size_t line, absl::string_view what) {
  return MakeError(Reason::kMalformedPem, absl::StrCat("line ", line, ": ", what));
}

// RFC 7468 s3: printable words, joined by single spaces or hyphens.
bool IsLabel(absl::string_view label) {
  bool joined = true;
  for (const char c : label) {
    if (c == ' ' || c == '-') {
      if (joined) return false;
      joined = true;
    } else {
      if (!absl::ascii_isgraph(static_cast<unsigned char>(c))) return false;
      joined = false;
    }
  }
  return !label.empty() && !joined;
}

}  // namespace

absl::StatusOr<std::vector<PemBlock>> ParsePem(absl::string_view text, size_t max_blocks) {
  std::vector<PemBlock> blocks;
  std::string base64;
  absl::string_view label;
  bool inside = false;
  size_t line_number = 0;
  while (!text.empty()) {
    absl::string_view line = NextLine(text);
    ++line_number;
    if (!inside) {
      if (absl::StartsWith(line, kEnd)) return Malformed(line_number, "END without BEGIN");
      if (!absl::ConsumePrefix(&line, kBegin)) continue;
      if (!absl::ConsumeSuffix(&line, kDashes) || !IsLabel(line))
        return Malformed(line_number, "bad BEGIN line");
      if (blocks.size() == max_blocks) {
        return MakeError(Reason::kTooLarge, absl::StrCat("more than ", max_blocks, " PEM blocks"));
      }
      label = line;
      base64.clear();
      inside = true;
    } else if (absl::ConsumePrefix(&line, kEnd)) {
      if (!absl::ConsumeSuffix(&line, kDashes) || line != label) {
        return Malformed(line_number, "END line does not match BEGIN");
      }
      absl::StatusOr<std::string> der = Base64Decode(base64);
      if (!der.ok())
        return Malformed(line_number, absl::StrCat("block with bad base64: ", der.status().message()));
      if (der->empty()) return Malformed(line_number, "empty block");
      blocks.push_back({std::string(label), *std::move(der)});
      inside = false;
    } else {
      if (absl::StartsWith(line, kDashes)) return Malformed(line_number, "block without END");
      absl::StrAppend(&base64, line);
    }
  }
  if (inside) return Malformed(line_number, "block without END");
  return blocks;
}

std::string PemEncode(absl::string_view label, absl::string_view der) {
  const std::string base64 = Base64Encode(der);
  std::string out = absl::StrCat(kBegin, label, kDashes, "\n");
  out.reserve(out.size() * 2 + base64.size() + base64.size() / kLineLength + 1);
  for (absl::string_view rest = base64; !rest.empty();
       rest.remove_prefix(std::min(kLineLength, rest.size()))) {
    absl::StrAppend(&out, rest.substr(0, kLineLength), "\n");
  }
  absl::StrAppend(&out, kEnd, label, kDashes, "\n");
  return out;
}

}  // namespace sti::codec
