#include "common/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/impl/server_initializer.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/rpc/access_gate.h"
#include "common/rpc/access_list.h"
#include "common/rpc/call_timer.h"
#include "common/rpc/listen_address.h"
#include "common/rpc/server_credentials.h"

namespace sti::rpc {
namespace {

// Dead peers are found within about this time; clients may ping as often as every ten seconds.
constexpr int kKeepaliveMs = 60 * 1000;
constexpr int kKeepaliveTimeoutMs = 20 * 1000;
constexpr int kMinPingIntervalMs = 10 * 1000;
constexpr int kMaxStreamsPerConnection = 1024;
constexpr int kHandshakeMs = 10 * 1000;  // TLS, and the first frame of HTTP/2

// grpc::Service keeps its name to itself; a plugin is told all of them before the server starts.
class TellServiceNames final : public grpc::ServerBuilderPlugin {
 public:
  explicit TellServiceNames(HealthService& health) : health_(health) {}
  std::string name() override { return "sti.service_names"; }
  void InitServer(grpc::ServerInitializer*) override {}
  void Finish(grpc::ServerInitializer* initializer) override {
    health_.SetServices(*initializer->GetServiceList());
  }
  void ChangeArguments(const std::string&, void*) override {}

 private:
  HealthService& health_;
};

class AddTellServiceNames final : public grpc::ServerBuilderOption {
 public:
  explicit AddTellServiceNames(HealthService& health) : health_(health) {}
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->push_back(std::make_unique<TellServiceNames>(health_));
  }

 private:
  HealthService& health_;
};

absl::StatusOr<ServerTls> MakeCredentials(const sti::config::v1::GrpcServer& config,
                                          files::FileWatch& watch) {
  if (config.plaintext_without_authentication()) return ServerTls{grpc::InsecureServerCredentials(), nullptr};
  return MakeServerTls(config.tls(), config.listen(), watch);
}

// Null where everybody may call everything.
absl::StatusOr<std::shared_ptr<AccessGate>> GuardAccess(const sti::config::v1::GrpcServer& config,
                                                        grpc::ServerCredentials& credentials,
                                                        RefusalHook on_refusal) {
  if (config.access().empty()) return nullptr;
  if (config.plaintext_without_authentication()) return CheckAccess(config, {});
  auto gate = std::make_shared<AccessGate>(std::move(on_refusal));
  credentials.SetAuthMetadataProcessor(gate);
  return gate;
}

void SetArguments(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(limits::kGrpcMessage));
  // Who connects and says nothing holds a descriptor.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingIntervalMs);
}

void AddCallTimer(grpc::ServerBuilder& builder, CallHook on_call) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> timers;
  timers.push_back(MakeCallTimer(std::move(on_call)));
  builder.experimental().SetInterceptorCreators(std::move(timers));
}

absl::Status WhyNotStarted(const sti::config::v1::GrpcServer& config) {
  const sti::config::v1::Tls& tls = config.tls();
  return MakeError(
      Reason::kConfigInvalid, "tls",
      absl::StrCat("TLS cannot be set up with ", tls.certificate_file(), ", ", tls.key_file(), " and ",
                   tls.ca_file(), ": one is damaged, or the key is not that of the certificate"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const sti::config::v1::GrpcServer& config,
                                                      const std::vector<grpc::Service*>& services,
                                                      RefusalHook on_refusal, files::FileWatch& watch,
                                                      CallHook on_call) {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();  // does nothing from the second time on
  STI_ASSIGN_OR_RETURN(const ServerTls tls, MakeCredentials(config, watch));
  STI_ASSIGN_OR_RETURN(ListenSockets sockets, OpenListenSockets(config.listen()));
  auto acceptor = std::make_unique<Acceptor>(std::move(sockets.fds));
  STI_ASSIGN_OR_RETURN(const std::shared_ptr<AccessGate> gate,
                       GuardAccess(config, *tls.credentials, std::move(on_refusal)));

  auto health = std::make_shared<HealthService>();
  grpc::ServerBuilder builder;
  SetArguments(builder);
  builder.SetOption(std::make_unique<AddTellServiceNames>(*health));
  const std::shared_ptr<grpc::experimental::ExternalConnectionAcceptor> connections =
      builder.experimental().AddExternalConnectionAcceptor(
          grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, tls.credentials);
  builder.RegisterService(health.get());
  for (grpc::Service* service : services) builder.RegisterService(service);
  if (on_call != nullptr) AddCallTimer(builder, std::move(on_call));
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return WhyNotStarted(config);
  if (gate != nullptr) {
    // Only a server that runs knows the names of its services.
    STI_ASSIGN_OR_RETURN(AccessList list, AccessList::Create(config.access(), health->Services()));
    gate->Open(std::move(list));
  }
  const bool accepting = acceptor->Start([connections](int listener, int connection) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters given;
    given.listener_fd = listener;
    given.fd = connection;
    connections->HandleNewConnection(&given);
  });
  if (!accepting) return MakeError(Reason::kUnavailable, "listen", "no file descriptor is left");
  std::unique_ptr<Server> started(
      new Server(std::move(health), std::move(server), sockets.port, std::move(acceptor)));
  started->watched_ = {tls.watched, watch.OnTrouble([health = started->health_, &watch] {
                         health->SetFileTrouble(watch.Trouble());
                       })};
  return started;
}

Server::Server(std::shared_ptr<HealthService> health, std::unique_ptr<grpc::Server> server, int port,
               std::unique_ptr<Acceptor> acceptor)
    : health_(std::move(health)), server_(std::move(server)), port_(port), acceptor_(std::move(acceptor)) {}

Server::~Server() { Shutdown(absl::ZeroDuration()); }

bool Server::SetServing(const std::vector<std::string>& lacking, const std::vector<std::string>& trouble) {
  return health_->SetServing(lacking, trouble);
}

std::vector<std::string> Server::Trouble() const { return health_->Trouble(); }

void Server::Shutdown(absl::Duration grace) {
  health_->Shutdown();
  acceptor_->Stop();
  // An infinite grace would overflow the deadline.
  const absl::Duration bounded = std::min(grace, absl::Hours(24));
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(bounded));
}

}  // namespace sti::rpc
