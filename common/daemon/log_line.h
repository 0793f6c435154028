// How a log line is written.
#ifndef COMMON_DAEMON_LOG_LINE_H_
#define COMMON_DAEMON_LOG_LINE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/daemon/log.h"

namespace sti::daemon {

struct LogLine {
  absl::Time time;
  absl::string_view level;
  absl::string_view program;
  absl::string_view event;
  LogFields fields;
  bool mask_numbers = false;
  bool last = false;  // of its kind for a while: repeats may be left out
};

// Both are one line without newline, whatever the values hold.
std::string FormatText(const LogLine& line);
std::string FormatJson(const LogLine& line);

}  // namespace sti::daemon

#endif  // COMMON_DAEMON_LOG_LINE_H_
