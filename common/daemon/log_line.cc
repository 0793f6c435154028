#include "common/daemon/log_line.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/codec/number_mask.h"

namespace sti::daemon {
namespace {

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

bool IsPlain(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\\' && c != '=';
  });
}

// Printable ASCII stays, all else becomes an escape: no terminal control, no look-alike, no line end gets
// through.
std::string Quoted(absl::string_view text, bool json) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c >= ' ' && c <= '~') {
      quoted += c;
    } else if (json) {
      // One octet is shown as the code point of its value: always valid JSON, and nothing of the input is
      // lost.
      quoted += absl::StrFormat("\\u%04x", static_cast<unsigned char>(c));
    } else {
      quoted += absl::StrFormat("\\x%02x", static_cast<unsigned char>(c));
    }
  }
  return quoted + "\"";
}

std::string ValueOf(const LogField& field, bool mask_numbers) {
  if (!mask_numbers || field.kind == LogField::Kind::kInteger) return field.value;
  return field.kind == LogField::Kind::kText ? codec::MaskNumbersIn(field.value)
                                             : codec::MaskNumber(field.value);
}

constexpr char kRepeatsKey[] = "repeats";
constexpr char kRepeatsText[] = "left out and counted for up to a minute";

}  // namespace

std::string FormatText(const LogLine& line) {
  std::string text = absl::StrCat(TimeText(line.time), " ", line.level, " ", line.program, " ",
                                  IsPlain(line.event) ? std::string(line.event) : Quoted(line.event, false));
  for (const LogField& field : line.fields) {
    const std::string value = ValueOf(field, line.mask_numbers);
    absl::StrAppend(&text, " ", field.key, "=", IsPlain(value) ? value : Quoted(value, false));
  }
  if (line.last) absl::StrAppend(&text, " ", kRepeatsKey, "=", Quoted(kRepeatsText, false));
  return text;
}

std::string FormatJson(const LogLine& line) {
  std::string text =
      absl::StrCat("{\"time\":", Quoted(TimeText(line.time), true), ",\"level\":", Quoted(line.level, true),
                   ",\"program\":", Quoted(line.program, true), ",\"event\":", Quoted(line.event, true));
  for (const LogField& field : line.fields) {
    absl::StrAppend(&text, ",", Quoted(field.key, true), ":",
                    Quoted(ValueOf(field, line.mask_numbers), true));
  }
  if (line.last) absl::StrAppend(&text, ",", Quoted(kRepeatsKey, true), ":", Quoted(kRepeatsText, true));
  return text + "}";
}

}  // namespace sti::daemon
