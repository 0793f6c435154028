#include "common/daemon/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/daemon/log_line.h"
#include "common/daemon/log_repeats.h"

namespace sti::daemon {
namespace {

struct Log {
  std::string program = "sti";
  bool json = false;
  bool mask_numbers = false;
  LogRepeats repeats;
  spdlog::logger logger{"sti", std::make_shared<spdlog::sinks::stderr_sink_mt>()};

  Log() { logger.set_pattern("%v"); }
};

// Never destroyed: threads of libraries may log until the very end.
Log& TheLog() {
  static Log* const log = new Log;
  return *log;
}

absl::string_view NameOf(spdlog::level::level_enum severity) {
  switch (severity) {
    case spdlog::level::debug:
      return "debug";
    case spdlog::level::warn:
      return "warning";
    case spdlog::level::err:
      return "error";
    default:
      return "info";
  }
}

void WriteLine(Log& log, spdlog::level::level_enum severity, absl::string_view event, LogFields fields,
               bool last = false) {
  const LogLine line{absl::Now(), NameOf(severity), log.program, event, fields, log.mask_numbers, last};
  log.logger.log(severity, spdlog::string_view_t(log.json ? FormatJson(line) : FormatText(line)));
}

// Severity and event first: they are told of what was left out.
std::string KindOf(spdlog::level::level_enum severity, absl::string_view event, LogFields fields,
                   absl::string_view file, int line) {
  std::string kind = absl::StrCat(static_cast<int>(severity), "\n", event, "\n", file, ":", line);
  for (const LogField& field : fields) {
    if (field.key == "reason" || field.key == "client") absl::StrAppend(&kind, "\n", field.value);
  }
  return kind;
}

void Tell(Log& log, const std::vector<LogRepeats::LeftOut>& all) {
  for (const LogRepeats::LeftOut& left_out : all) {
    const std::vector<std::string> parts = absl::StrSplit(left_out.kind, absl::MaxSplits('\n', 2));
    const auto severity = static_cast<spdlog::level::level_enum>(parts.at(0).at(0) - '0');
    WriteLine(log, severity, "repeats left out", {{"of", parts.at(1)}, {"lines", left_out.lines}});
  }
}

void Write(spdlog::level::level_enum severity, absl::string_view event, LogFields fields, const char* file,
           int line) {
  Log& log = TheLog();
  if (!log.logger.should_log(severity)) return;
  // The wall clock may be set back.
  const absl::Time now =
      absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  Tell(log, log.repeats.Ended(now));
  const LogRepeats::Verdict verdict = log.repeats.Judge(KindOf(severity, event, fields, file, line), now);
  if (verdict == LogRepeats::Verdict::kLeaveOut) return;
  WriteLine(log, severity, event, fields, verdict == LogRepeats::Verdict::kWriteAsLast);
}

}  // namespace

void LogDebug(absl::string_view event, LogFields fields, const char* file, int line) {
  Write(spdlog::level::debug, event, fields, file, line);
}
void LogInfo(absl::string_view event, LogFields fields, const char* file, int line) {
  Write(spdlog::level::info, event, fields, file, line);
}
void LogWarning(absl::string_view event, LogFields fields, const char* file, int line) {
  Write(spdlog::level::warn, event, fields, file, line);
}
void LogError(absl::string_view event, LogFields fields, const char* file, int line) {
  Write(spdlog::level::err, event, fields, file, line);
}

void LogLeftOut() {
  Log& log = TheLog();
  Tell(log, log.repeats.EndAll());
}

absl::Status SetUpLog(absl::string_view program, absl::string_view level, absl::string_view format,
                      bool mask_numbers) {
  spdlog::level::level_enum severity = spdlog::level::info;
  if (level == "debug") {
    severity = spdlog::level::debug;
  } else if (level == "warning") {
    severity = spdlog::level::warn;
  } else if (level == "error") {
    severity = spdlog::level::err;
  } else if (!level.empty() && level != "info") {
    return MakeError(Reason::kConfigInvalid, "log.level", "must be debug, info, warning or error");
  }
  if (!format.empty() && format != "text" && format != "json") {
    return MakeError(Reason::kConfigInvalid, "log.format", "must be text or json");
  }
  Log& log = TheLog();
  log.program = std::string(program);
  log.json = format == "json";
  log.mask_numbers = mask_numbers;
  log.logger.set_level(severity);
  return absl::OkStatus();
}

}  // namespace sti::daemon
