// A gRPC server with TLS, health and reflection.
#ifndef COMMON_RPC_SERVER_H_
#define COMMON_RPC_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/files/file_watch.h"
#include "common/rpc/acceptor.h"
#include "common/rpc/call_hook.h"
#include "common/rpc/health_service.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::rpc {

// A caller whom the configuration's `access` does not name for an RPC.
struct AccessRefusal {
  std::string identity;
  std::string rpc;     // "sti.v1.Authentication/Sign"
  int64_t untold = 0;  // refusals before this one of which the hook was not told
};
// Told of one refusal a minute, client and RPC, on a thread of gRPC's: must not block.
using RefusalHook = std::function<void(const AccessRefusal&)>;

// Thread-safe. Serves callback and synchronous services alike.
class Server {
 public:
  // Starts serving. TLS 1.2 or later with mandatory client certificates unless the configuration asks for
  // plaintext. Every service begins as NOT_SERVING on grpc.health.v1.Health until SetServing; the empty
  // service name is the whole daemon. Callers whom `access` does not name for an RPC are refused before it is
  // looked at. New handshakes take what `watch` loads when the TLS files change; what it cannot take is trouble
  // of the server. `on_call` is told of every RPC that was not refused so; null: no time is taken. Services and
  // `watch` must outlive the server. kConfigInvalid (address, TLS files, access),
  // kKeyPermissions, kKeyMismatch, kUnavailable (address in use; the text names it).
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const sti::config::v1::GrpcServer& config, const std::vector<grpc::Service*>& services,
      RefusalHook on_refusal = nullptr, files::FileWatch& watch = files::FileWatch::OfProcess(),
      CallHook on_call = nullptr);
  // Cancels what is still running.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }

  // `lacking` empty: SERVING. Else NOT_SERVING, and the trailer "sti-lacking" of every health check names
  // what the daemon lacks. `trouble` is named there as well, and does not end SERVING: somebody should look
  // after it. True when this differs from the last call, so that a caller logs a change once. No effect after
  // Shutdown.
  bool SetServing(const std::vector<std::string>& lacking, const std::vector<std::string>& trouble = {});

  // The trouble that health names now, of TLS files that could not be taken, too.
  std::vector<std::string> Trouble() const;

  // NOT_SERVING, no new calls, calls under way may finish within `grace`, then they are cancelled. Returns
  // when none is left. Long-lived streams should be ended by their services before.
  void Shutdown(absl::Duration grace);

 private:
  Server(std::shared_ptr<HealthService> health, std::unique_ptr<grpc::Server> server, int port,
         std::unique_ptr<Acceptor> acceptor);

  const std::shared_ptr<HealthService> health_;  // outlives server_
  const std::unique_ptr<grpc::Server> server_;
  const int port_;
  const std::unique_ptr<Acceptor> acceptor_;  // ends before what it gives to
  std::vector<files::Watched> watched_;
};

// Name of the caller's client certificate: first DNS subjectAltName, else first URI subjectAltName, else CN;
// empty when it has none of them; "anonymous" on plaintext. For grpc::ServerContext and
// grpc::CallbackServerContext.
std::string ClientIdentity(const grpc::ServerContextBase& context);

// kPermissionDenied, naming the identity, unless it is in `allowed`. An empty list allows nobody.
absl::Status RequireIdentity(const grpc::ServerContextBase& context, const std::vector<std::string>& allowed);

}  // namespace sti::rpc

#endif  // COMMON_RPC_SERVER_H_
