#include "common/daemon/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "absl/time/clock.h"
#include "common/base/reason.h"
#include "common/daemon/log_line.h"

namespace sti::daemon {
namespace {

struct Log {
  std::string program = "sti";
  bool json = false;
  spdlog::logger logger{"sti", std::make_shared<spdlog::sinks::stderr_sink_mt>()};

  Log() { logger.set_pattern("%v"); }
};

// Never destroyed: threads of libraries may log until the very end.
Log& TheLog() {
  static Log* const log = new Log;
  return *log;
}

void Write(spdlog::level::level_enum severity, absl::string_view level, absl::string_view event,
           LogFields fields) {
  Log& log = TheLog();
  if (!log.logger.should_log(severity)) return;
  const LogLine line{absl::Now(), level, log.program, event, fields};
  log.logger.log(severity, spdlog::string_view_t(log.json ? FormatJson(line) : FormatText(line)));
}

}  // namespace

void LogDebug(absl::string_view event, LogFields fields) {
  Write(spdlog::level::debug, "debug", event, fields);
}
void LogInfo(absl::string_view event, LogFields fields) { Write(spdlog::level::info, "info", event, fields); }
void LogWarning(absl::string_view event, LogFields fields) {
  Write(spdlog::level::warn, "warning", event, fields);
}
void LogError(absl::string_view event, LogFields fields) {
  Write(spdlog::level::err, "error", event, fields);
}

absl::Status SetUpLog(absl::string_view program, absl::string_view level, absl::string_view format) {
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
  log.logger.set_level(severity);
  return absl::OkStatus();
}

}  // namespace sti::daemon
