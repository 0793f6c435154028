// The log of a daemon: structured lines on stderr.
//   text: 2024-05-01T12:00:00.123Z info sti-as listening grpc=7001 peer="a b"
//   json:
//   {"time":"2024-05-01T12:00:00.123Z","level":"info","program":"sti-as","event":"listening","grpc":"7001"}
#ifndef COMMON_DAEMON_LOG_H_
#define COMMON_DAEMON_LOG_H_

#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace sti::daemon {

// One key and its value: text or number. Values may be hostile: control characters, quotes, backslashes and
// everything beyond ASCII that is not valid UTF-8 are escaped, so a value cannot end the line nor look like
// another key.
struct LogField {
  LogField(absl::string_view name, const absl::AlphaNum& text) : key(name), value(text.Piece()) {}
  absl::string_view key;
  std::string value;
};
using LogFields = std::initializer_list<LogField>;

// `event` is a fixed short phrase of the program: "listening", "enrolment failed". Thread-safe. Secrets do
// not belong here.
void LogDebug(absl::string_view event, LogFields fields = {});
void LogInfo(absl::string_view event, LogFields fields = {});
void LogWarning(absl::string_view event, LogFields fields = {});
void LogError(absl::string_view event, LogFields fields = {});

// `level`: "debug", "info", "warning" or "error"; `format`: "text" or "json"; empty means "info" and "text".
// kConfigInvalid for other values. Call before threads start; without it the log is text at level info.
absl::Status SetUpLog(absl::string_view program, absl::string_view level, absl::string_view format);

}  // namespace sti::daemon

#endif  // COMMON_DAEMON_LOG_H_
