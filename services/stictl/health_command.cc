#include "services/stictl/health_command.h"

#include <iostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/lacking.h"
#include "common/rpc/status.h"
#include "proto/grpc/health/v1/health.grpc.pb.h"

namespace sti::stictl {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckResponse;

struct HealthOptions {
  std::vector<std::string> daemons = {"pa", "ca", "as", "vs"};
};

struct DaemonHealth {
  std::string state, lacking;
};

Peer PeerOf(const std::string& name) {
  if (name == "pa") return Peer::kPa;
  if (name == "ca") return Peer::kCa;
  return name == "as" ? Peer::kAs : Peer::kVs;
}

std::string TrailerOf(const grpc::ClientContext& context) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find(rpc::kLackingTrailer);
  return found == trailers.end() ? "" : std::string(found->second.data(), found->second.size());
}

absl::StatusOr<DaemonHealth> Check(Session& session, Peer peer) {
  auto channel = session.Open(peer);
  if (!channel.ok()) return channel.status();
  const auto context = session.Context();
  HealthCheckResponse response;
  const grpc::Status status = Health::NewStub(*channel)->Check(context.get(), {}, &response);
  if (!status.ok()) return DaemonHealth{"no answer", rpc::FromGrpcStatus(status).ToString()};
  return DaemonHealth{HealthCheckResponse::ServingStatus_Name(response.status()), TrailerOf(*context)};
}

int Run(Session& session, const HealthOptions& options) {
  bool all_serving = true;
  codec::JsonObject json;
  std::vector<std::vector<std::string>> rows;
  for (const std::string& name : options.daemons) {
    const auto health = Check(session, PeerOf(name));
    if (!health.ok()) return UsageError(session.output, health.status());
    all_serving = all_serving && health->state == "SERVING";
    json.emplace_back(name, codec::JsonObject{{"lacking", health->lacking}, {"state", health->state}});
    rows.push_back({absl::StrCat("sti-", name), health->state, health->lacking});
  }
  if (session.output.json()) {
    PrintJson(json);
  } else {
    PrintTable({"DAEMON", "HEALTH", "LACKING"}, rows);
  }
  return all_serving ? kExitOk : kExitNegative;
}

}  // namespace

void AddHealthCommand(CLI::App& app, Session& session, int& exit_code) {
  AddCommand<HealthOptions>(
      app, "health", "do the daemons serve, and what do they lack",
      [](CLI::App& command, HealthOptions& options) {
        command.add_option("DAEMON", options.daemons, "pa, ca, as, vs (default: all four)")
            ->check(CLI::IsMember({"pa", "ca", "as", "vs"}));
        command.footer("Exit code: 0 all serve, 1 at least one does not, 2 usage error.");
      },
      [&session](const HealthOptions& options) { return Run(session, options); }, exit_code);
}

}  // namespace sti::stictl
