#include "services/stictl/session.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/random.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/system_random.h"
#include "common/daemon/config_loader.h"
#include "common/daemon/files.h"
#include "common/rpc/channel.h"
#include "common/rpc/request_id.h"

namespace sti::stictl {
namespace {

constexpr char kDefaultConfig[] = "stictl.yaml";

const char* PeerKey(Peer peer) {
  switch (peer) {
    case Peer::kPa:
      return "pa";
    case Peer::kCa:
      return "ca";
    case Peer::kAs:
      return "as";
    case Peer::kVs:
      return "vs";
  }
  return "";
}

}  // namespace

absl::Status Session::LoadOnce() {
  if (loaded_) return absl::OkStatus();
  if (config_file.empty()) {
    const char* from_environment = std::getenv("STICTL_CONFIG");
    if (from_environment != nullptr && *from_environment != '\0') {
      config_file = from_environment;
    } else if (access(kDefaultConfig, R_OK) == 0) {
      config_file = kDefaultConfig;
    } else {
      return MakeError(Reason::kConfigInvalid, "--config",
                       "no configuration: give --config FILE, set STICTL_CONFIG, or write ./stictl.yaml "
                       "(see docs/stictl.md)");
    }
  }
  STI_RETURN_IF_ERROR(daemon::LoadConfig(config_file, config_));
  loaded_ = true;
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> Session::Open(Peer peer) {
  STI_RETURN_IF_ERROR(LoadOnce());
  const auto* descriptor = sti::config::v1::AdminTool::descriptor()->FindFieldByName(PeerKey(peer));
  if (!sti::config::v1::AdminTool::GetReflection()->HasField(config_, descriptor)) {
    return MakeError(Reason::kConfigInvalid, PeerKey(peer),
                     absl::StrCat(config_file, " does not say how to reach sti-", PeerKey(peer), ": add \"",
                                  PeerKey(peer), ": {target: \"host:port\", tls: {...}}\""));
  }
  switch (peer) {
    case Peer::kPa:
      return rpc::OpenChannel(config_.pa());
    case Peer::kCa:
      return rpc::OpenChannel(config_.ca());
    case Peer::kAs:
      return rpc::OpenChannel(config_.as());
    case Peer::kVs:
      return rpc::OpenChannel(config_.vs());
  }
  return MakeError(Reason::kInternal, "unknown peer");
}

std::unique_ptr<grpc::ClientContext> Session::Context() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(timeout_ms));
  if (output.request_id.empty()) output.request_id = MakeUuid(crypto::SystemRandom::Instance()).value_or("");
  rpc::SetRequestId(*context, output.request_id);
  return context;
}

absl::StatusOr<std::string> ReadOptionFile(absl::string_view option, const std::string& path,
                                           size_t max_size) {
  auto contents = daemon::ReadFile(path, max_size);
  if (!contents.ok()) return PrefixField(option, contents.status());
  return contents;
}

absl::StatusOr<std::string> TextOrFile(absl::string_view option, const std::string& value, size_t max_size) {
  std::string text = value;
  if (value == "-") {
    text.clear();
    char buffer[4096];
    while (text.size() <= max_size && std::cin.read(buffer, sizeof buffer).gcount() > 0) {
      text.append(buffer, static_cast<size_t>(std::cin.gcount()));
    }
    if (text.size() > max_size) {
      return MakeError(Reason::kTooLarge, option,
                       absl::StrCat("standard input is larger than ", max_size, " octets"));
    }
  } else if (!value.empty() && value[0] == '@') {
    STI_ASSIGN_OR_RETURN(text, ReadOptionFile(option, value.substr(1), max_size));
  }
  return std::string(absl::StripAsciiWhitespace(text));
}

int UsageError(const Output& output, const absl::Status& status) {
  Fail(output, status);
  return kExitUsage;
}

}  // namespace sti::stictl
