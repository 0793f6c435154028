// The log of a daemon: structured lines on stderr.
//   text: 2024-05-01T12:00:00.123Z info sti-as listening grpc=7001 peer="a b"
//   json:
//   {"time":"2024-05-01T12:00:00.123Z","level":"info","program":"sti-as","event":"listening","grpc":"7001"}
#ifndef COMMON_DAEMON_LOG_H_
#define COMMON_DAEMON_LOG_H_

#include <initializer_list>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace sti::daemon {

// A telephone number, or the beginning of one.
struct TelephoneNumberText {
  absl::string_view text;
};

// One key and its value. Values may be hostile: control characters, quotes, backslashes and everything beyond
// ASCII that is not valid UTF-8 are escaped, so a value cannot end the line nor look like another key.
// Where log.mask_numbers is set, telephone numbers are masked in every text, also in those that nobody expects
// one in (common/codec/number_mask.h); only integers are written as they are.
struct LogField {
  enum class Kind { kText, kInteger, kTelephoneNumber };
  LogField(absl::string_view name, const absl::AlphaNum& text) : key(name), value(text.Piece()) {}
  LogField(absl::string_view name, const TelephoneNumberText& number)
      : key(name), value(number.text), kind(Kind::kTelephoneNumber) {}
  template <typename Integer, typename = std::enable_if_t<std::is_integral_v<Integer>>>
  LogField(absl::string_view name, Integer integer)
      : key(name), value(absl::StrCat(integer)), kind(Kind::kInteger) {}
  absl::string_view key;
  std::string value;
  Kind kind = Kind::kText;
};
using LogFields = std::initializer_list<LogField>;

// The place in the program that logs; the default is the caller's.
#define STI_LOG_PLACE const char *file = __builtin_FILE(), int line = __builtin_LINE()

// `event` is a fixed short phrase of the program: "listening", "enrolment failed". Thread-safe. Secrets do
// not belong here. Of lines from one place with one event and the same `reason` and `client`, 60 are written
// within a minute (log_repeats.h); the last says that more may be left out, and a line "repeats left out" says
// later how many were.
void LogDebug(absl::string_view event, LogFields fields = {}, STI_LOG_PLACE);
void LogInfo(absl::string_view event, LogFields fields = {}, STI_LOG_PLACE);
void LogWarning(absl::string_view event, LogFields fields = {}, STI_LOG_PLACE);
void LogError(absl::string_view event, LogFields fields = {}, STI_LOG_PLACE);

#undef STI_LOG_PLACE

// Writes how many repeats were left out until now. For the end of a program.
void LogLeftOut();

// `level`: "debug", "info", "warning" or "error"; `format`: "text" or "json"; empty means "info" and "text".
// kConfigInvalid for other values. Call before threads start; without it the log is text at level info, and
// numbers are not masked.
absl::Status SetUpLog(absl::string_view program, absl::string_view level, absl::string_view format,
                      bool mask_numbers);

}  // namespace sti::daemon

#endif  // COMMON_DAEMON_LOG_H_
