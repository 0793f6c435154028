// Services on a real server at a port of the kernel's choice, over real TLS.
#ifndef COMMON_TESTING_GRPC_SERVER_H_
#define COMMON_TESTING_GRPC_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/rpc/server.h"
#include "common/testing/tls_material.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::testing {

// Server and client halves of a configuration.
sti::config::v1::GrpcServer GrpcServerConfig(const TlsFiles& files, absl::string_view listen = "127.0.0.1:0");
sti::config::v1::GrpcClient GrpcClientConfig(const TlsFiles& files, int port);

// Thread-compatible. Aborts the test program when it cannot start.
class GrpcServer {
 public:
  explicit GrpcServer(const std::vector<grpc::Service*>& services);

  rpc::Server& server() { return *server_; }
  int port() const { return server_->port(); }
  std::string target() const;
  TlsMaterial& tls() { return tls_; }
  // A channel of a client whose certificate carries `identity`.
  std::shared_ptr<grpc::Channel> Channel(absl::string_view identity);

 private:
  TlsMaterial tls_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace sti::testing

#endif  // COMMON_TESTING_GRPC_SERVER_H_
