#include "common/daemon/daemon.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/config_loader.h"
#include "common/daemon/reload_thread.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::daemon {
namespace {

constexpr int kUsageError = 2;

struct Flags {
  std::string config;
  bool check_config = false;
  bool version = false;
  bool help = false;
};

std::string Usage(const std::string& name) {
  return absl::StrCat("usage: ", name, " --config FILE [--check_config]\n       ", name,
                      " --version\n"
                      "  --config FILE    the YAML configuration\n"
                      "  --check_config   say OK or what is wrong with the configuration, and end\n"
                      "  --version        print the version, and end\n");
}

// The error in words; nothing when all is well.
std::optional<std::string> ParseFlags(int argc, char** argv, Flags& flags) {
  constexpr absl::string_view kConfig = "--config=";
  for (int i = 1; i < argc; ++i) {
    const absl::string_view flag = argv[i];
    if (flag == "--config") {
      if (++i == argc) return "--config needs a file";
      flags.config = argv[i];
    } else if (absl::StartsWith(flag, kConfig)) {
      flags.config = std::string(flag.substr(kConfig.size()));
    } else if (flag == "--check_config") {
      flags.check_config = true;
    } else if (flag == "--version") {
      flags.version = true;
    } else if (flag == "--help" || flag == "-h") {
      flags.help = true;
    } else {
      return absl::StrCat("unknown argument ", flag);
    }
  }
  if (flags.config.empty() && !flags.version && !flags.help) return "--config FILE is missing";
  return std::nullopt;
}

// The value of a string key at the top of the configuration; empty when the schema has no such key.
std::string TopLevelString(const google::protobuf::Message& config, const std::string& key) {
  const auto* field = config.GetDescriptor()->FindFieldByName(key);
  if (field == nullptr || field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING) return "";
  return config.GetReflection()->GetString(config, field);
}

absl::Status SetUpLogFrom(const google::protobuf::Message& config, const std::string& name) {
  sti::config::v1::Log log;
  const auto* field = config.GetDescriptor()->FindFieldByName("log");
  if (field != nullptr && field->message_type() == sti::config::v1::Log::GetDescriptor()) {
    log.CopyFrom(config.GetReflection()->GetMessage(config, field));
  }
  return SetUpLog(name, log.level(), log.format(), log.mask_numbers());
}

sigset_t OurSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

class ProcessLifetime final : public Lifetime {
 public:
  ProcessLifetime() : signals_(OurSignals()) {
    // Inherited by every thread that comes later, so that only WaitForStop gets them.
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    signal(SIGPIPE, SIG_IGN);
  }

  ~ProcessLifetime() override {
    if (!port_file_.empty()) unlink(port_file_.c_str());
  }

  absl::Status Announce(const std::string& port_file, const std::map<std::string, int>& ports) override {
    std::string text;
    for (const auto& [name, port] : ports) {
      absl::StrAppend(&text, name, "=", port, "\n");
      LogInfo("listening", {{"server", name}, {"port", port}});
    }
    if (port_file.empty()) return absl::OkStatus();
    STI_RETURN_IF_ERROR(WriteFileAtomically(port_file, text, 0644));
    port_file_ = port_file;
    return absl::OkStatus();
  }

  void WaitForStop() override {
    ReloadThread reload;
    int signal_number = 0;
    while (sigwait(&signals_, &signal_number) != 0 || signal_number == SIGHUP) {
      if (signal_number == SIGHUP) reload.All();
      signal_number = 0;
    }
    LogInfo("stopping", {{"signal", signal_number == SIGINT ? "SIGINT" : "SIGTERM"}});
    LogLeftOut();
    // Not SIGHUP: a daemon that stops has nothing to reload, and nothing to die of.
    sigset_t deadly = signals_;
    sigdelset(&deadly, SIGHUP);
    pthread_sigmask(SIG_UNBLOCK, &deadly, nullptr);
  }

 private:
  const sigset_t signals_;
  std::string port_file_;
};

void Complain(const std::string& name, const absl::Status& status) {
  const std::string field = FieldOf(status);
  std::fprintf(stderr, "%s: %s%s%s\n", name.c_str(), field.c_str(), field.empty() ? "" : ": ",
               absl::StrReplaceAll(status.message(), {{"\n", " "}}).c_str());
}

absl::Status CheckConfig(const std::string& file, google::protobuf::Message& config, const std::string& name,
                         const std::function<absl::Status()>& check) {
  STI_RETURN_IF_ERROR(LoadConfig(file, config));
  absl::Status status = check ? check() : absl::OkStatus();
  if (status.ok()) status = SetUpLogFrom(config, name);
  if (status.ok()) return status;
  // In the form of the loader's own complaints; one line.
  return MakeError(Reason::kConfigInvalid,
                   FormatProblems(file, {{0, 0, FieldOf(status), std::string(status.message())}}));
}

}  // namespace

namespace {

std::string& StoredConfigFile() {
  static auto& file = *new std::string;
  return file;
}

}  // namespace

const std::string& ConfigFile() { return StoredConfigFile(); }

int RunDaemon(int argc, char** argv, const std::string& name, google::protobuf::Message& config,
              const std::function<absl::Status()>& check, const std::function<absl::Status(Lifetime&)>& run) {
  Flags flags;
  if (const auto error = ParseFlags(argc, argv, flags)) {
    std::fprintf(stderr, "%s: %s\n%s", name.c_str(), error->c_str(), Usage(name).c_str());
    return kUsageError;
  }
  if (flags.help || flags.version) {
    std::fputs(flags.help ? Usage(name).c_str() : absl::StrCat(name, " ", kVersion, "\n").c_str(), stdout);
    return 0;
  }
  StoredConfigFile() = flags.config;
  if (const absl::Status status = CheckConfig(flags.config, config, name, check); !status.ok()) {
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    return kUsageError;
  }
  if (flags.check_config) {
    std::puts("OK");
    return 0;
  }
  // What a killed predecessor left would tell its ports as ours.
  if (const std::string stale = TopLevelString(config, "port_file"); !stale.empty()) unlink(stale.c_str());
  ProcessLifetime lifetime;
  if (const absl::Status status = run(lifetime); !status.ok()) {
    Complain(name, status);
    return 1;
  }
  return 0;
}

}  // namespace sti::daemon
