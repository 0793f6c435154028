// A gRPC server with TLS, health and reflection.
#ifndef COMMON_RPC_SERVER_H_
#define COMMON_RPC_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::rpc {

// Thread-safe.
class Server {
 public:
  // Starts serving. Every service begins as NOT_SERVING on grpc.health.v1.Health until SetServing; the empty service
  // name is the whole daemon. kConfigInvalid (files), kKeyPermissions, kUnavailable (address in use; text names it).
  static absl::StatusOr<std::unique_ptr<Server>> Start(const sti::config::v1::GrpcServer& config,
                                                       const std::vector<grpc::Service*>& services);
  ~Server();

  int port() const { return port_; }
  // `lacking` empty: SERVING. Else NOT_SERVING; the reasons are logged once a change.
  void SetServing(const std::vector<std::string>& lacking);
  // NOT_SERVING, no new calls, calls under way finish within `grace`.
  void Shutdown(absl::Duration grace);

 private:
  explicit Server(std::unique_ptr<grpc::Server> server, int port);
  std::unique_ptr<grpc::Server> server_;
  int port_;
};

// Name of the caller's client certificate: first DNS or URI subjectAltName, else CN; "anonymous" on plaintext.
std::string ClientIdentity(const grpc::ServerContextBase& context);

// kPermissionDenied, naming the identity, unless it is in `allowed`. An empty list allows nobody.
absl::Status RequireIdentity(const grpc::ServerContextBase& context, const std::vector<std::string>& allowed);

}  // namespace sti::rpc

#endif  // COMMON_RPC_SERVER_H_
